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
   * Serves there from now on. Where that is impossible, what was served before goes on, unless it
   * was the same port: nobody is to reach it at an address that is not named any more.
   */
  public synchronized void use(Metrics wanted) {
    if (closed || wanted.equals(current)) {
      return;
    }
    if (server != null && wanted.enabled() && wanted.listen().port() == current.listen().port()) {
      // The kernel gives no port to one address while it is another's that holds it.
      stop();
      current = Metrics.OFF;
    }
    MetricsServer next = null;
    if (wanted.enabled()) {
      try {
        next = open(wanted, attempts);
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
