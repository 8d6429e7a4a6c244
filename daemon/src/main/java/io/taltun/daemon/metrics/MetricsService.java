package io.taltun.daemon.metrics;

import io.taltun.config.Metrics;
import io.taltun.daemon.gateway.Telemetry;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a gateway's metrics where its configuration says, and follows when that changes. Without
 * them the gateway is as good as with them: what goes wrong here is one warning.
 */
public final class MetricsService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  private static final int ATTEMPTS = 20;
  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Telemetry telemetry;
  private final int attempts;

  // Written under the lock.
  private Metrics current = Metrics.OFF;
  private MetricsServer server;
  private boolean closed;

  /**
   * Serves nothing yet.
   *
   * @param inherits whether the port is another process's that is ending
   */
  public MetricsService(Telemetry telemetry, boolean inherits) {
    this.telemetry = telemetry;
    attempts = inherits ? ATTEMPTS : 1;
  }

  /**
   * Serves there from now on, or nowhere where that is impossible: whoever narrows the address can
   * rely on it that the wider one is gone.
   */
  public synchronized void use(Metrics wanted) {
    if (closed || wanted.equals(current)) {
      return;
    }
    // First: an address that contains the new one would keep its port taken.
    stop();
    if (wanted.enabled()) {
      try {
        server = open(wanted, attempts);
        LOG.info("{} serves metrics on http://{}/metrics", telemetry.name(), wanted);
      } catch (IOException e) {
        LOG.warn(
            "{} serves no metrics on {}: {}; set listen in the section metrics to another port, or"
                + " to off, or free that one and reload",
            telemetry.name(),
            wanted,
            e.getMessage());
        return;
      }
    }
    current = wanted;
  }

  /** A process that ends closes its sockets one by one, in an order of its own. */
  private MetricsServer open(Metrics wanted, int attempts) throws IOException {
    try {
      return MetricsServer.open(wanted.listen(), telemetry);
    } catch (IOException busy) {
      if (attempts <= 1) {
        throw busy;
      }
    }
    LockSupport.parkNanos(PAUSE_NS);
    return open(wanted, attempts - 1);
  }

  private void stop() {
    current = Metrics.OFF;
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
