package io.taltun.daemon.metrics;

import io.taltun.config.Metrics;
import io.taltun.daemon.gateway.Telemetry;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a gateway's metrics where its configuration says, and follows when that changes. Without
 * them the gateway is as good as with them: what goes wrong here is one warning.
 */
public final class MetricsService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  private final Telemetry telemetry;

  // Written under the lock.
  private Metrics current = Metrics.OFF;
  private MetricsServer server;
  private boolean closed;

  /** Serves nothing yet. */
  public MetricsService(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  /** Serves there from now on. Where that is impossible, what was served before goes on. */
  public synchronized void use(Metrics wanted) {
    if (closed || wanted.equals(current)) {
      return;
    }
    MetricsServer next = null;
    if (wanted.enabled()) {
      try {
        next = MetricsServer.open(wanted.listen(), telemetry);
        LOG.info("{} serves metrics on http://{}/metrics", telemetry.name(), wanted);
      } catch (IOException e) {
        LOG.warn(
            "{} serves no metrics on {}: {}; set listen in the section metrics to another port, or"
                + " to off",
            telemetry.name(),
            wanted,
            e.getMessage());
        return;
      }
    }
    stop();
    server = next;
    current = wanted;
  }

  private void stop() {
    if (server != null) {
      server.close();
      server = null;
    }
  }

  /** Serves nothing any more. */
  @Override
  public synchronized void close() {
    closed = true;
    stop();
  }
}
