package io.taltun.daemon.cli;

import io.taltun.config.Metrics;
import io.taltun.config.TaltunConfig;
import io.taltun.daemon.admin.AdminServer;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.gateway.GatewayStartException;
import io.taltun.daemon.gateway.GatewayStatus;
import io.taltun.daemon.gateway.PeerStatus;
import io.taltun.daemon.metrics.MetricsServer;
import io.taltun.daemon.reload.Reloader;
import io.taltun.daemon.systemd.ServiceManager;
import io.taltun.daemon.uapi.UapiServer;
import io.taltun.daemon.unix.SocketFileWatch;
import io.taltun.daemon.unix.SocketInUseException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One gateway's life in this process, from its start to its last trace. */
final class Foreground {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  @FunctionalInterface
  private interface Start {
    Gateway gateway() throws GatewayStartException;
  }

  private final Host host;
  private final String name;
  private final Start start;
  private final Path file;
  private final Metrics metrics;
  private final boolean bare;
  private final StopRequest stop = new StopRequest();
  private final ServiceManager services = ServiceManager.ofThisProcess();

  private Foreground(Host host, String name, Start start, Path file, Metrics metrics) {
    this.host = host;
    this.name = name;
    this.start = start;
    this.file = file;
    this.metrics = metrics;
    this.bare = file == null;
  }

  /**
   * One that a configuration describes. Its device is its own: when it is deleted, that is a
   * failure.
   *
   * @param stateFolder where it finds and leaves what it learns
   */
  static Foreground configured(Host host, TaltunConfig config, Path stateFolder) {
    String name = config.iface().name();
    Path stateFile = stateFolder.resolve(name + ".state");
    return new Foreground(
        host,
        name,
        () -> host.gateways().start(config, stateFile),
        config.source(),
        config.metrics());
  }

  /** One that lives as long as its device and the file of its UAPI socket. */
  static Foreground bare(Host host, String name) {
    return new Foreground(host, name, () -> host.gateways().startBare(name), null, Metrics.OFF);
  }

  /**
   * Returns when the gateway was stopped and is gone.
   *
   * @throws CommandFailure when it does not start, or breaks
   */
  void run(boolean untilStdinCloses) throws InterruptedException {
    host.requireNotRunning(name);
    Signals.handle("TERM", stop::bySignal);
    Signals.handle("INT", stop::bySignal);
    Signals.handle("HUP", () -> LOG.warn("SIGHUP: {} is not up yet", name));
    if (untilStdinCloses) {
      Thread.ofPlatform().daemon().name("stdin").start(() -> stopAtEndOf(host.input()));
    }
    try (Gateway gateway = start.gateway()) {
      serve(gateway);
    } catch (GatewayStartException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
    LOG.info("{} is down", name);
  }

  private void serve(Gateway gateway) throws InterruptedException {
    Reloader reloader = new Reloader(gateway, file);
    try (UapiServer _ = UapiServer.open(host.uapiSocket(name), gateway);
        AdminServer _ = AdminServer.open(host.adminSocket(name), gateway, reloader);
        MetricsServer _ = serveMetrics(gateway);
        SocketFileWatch _ = bare ? watch() : null) {
      Signals.handle("USR1", () -> dump(gateway));
      Signals.handle("HUP", () -> reload(reloader));
      stop.setGateway(gateway);
      LOG.info("{} answers on {}", name, host.adminSocket(name));
      gateway.onHealth(services.watchdog());
      services.ready(name + " is up");
      String broken = gateway.awaitStop();
      services.stopping();
      if (broken != null && !(bare && gateway.deviceDeleted())) {
        throw new CommandFailure(broken);
      }
      LOG.info("{} stops{}", name, broken == null ? "" : ": " + broken);
    } catch (SocketInUseException e) {
      throw host.runsAlready(name);
    } catch (IOException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private void reload(Reloader reloader) {
    services.reloading();
    reloader.reload(null, false).whenComplete((_, _) -> services.ready(name + " is up"));
  }

  /** Without them the gateway is as good as with them: null where they cannot be served. */
  private MetricsServer serveMetrics(Gateway gateway) {
    if (!metrics.enabled()) {
      return null;
    }
    try {
      MetricsServer server = MetricsServer.open(metrics.listen(), gateway.telemetry());
      LOG.info("{} serves metrics on http://{}/metrics", name, metrics);
      return server;
    } catch (IOException e) {
      LOG.warn(
          "{} serves no metrics: cannot listen on {}: {}; set listen in the section metrics to"
              + " another port, or to off",
          name,
          metrics,
          e.getMessage());
      return null;
    }
  }

  private SocketFileWatch watch() throws IOException {
    return SocketFileWatch.open(
        host.uapiSocket(name),
        () -> {
          LOG.info("{}'s UAPI socket was removed", name);
          stop.ask();
        });
  }

  private void stopAtEndOf(InputStream input) {
    try {
      input.transferTo(OutputStream.nullOutputStream());
    } catch (IOException closed) {
      LOG.debug("standard input broke", closed);
    }
    stop.ask();
  }

  private static void dump(Gateway gateway) {
    GatewayStatus status = gateway.status();
    LOG.info(
        "{}: port {}, up {} s, {}, drops {}, counters {}",
        status.name(),
        status.listenPort(),
        status.uptimeSeconds(),
        status.modes().describe(),
        status.drops(),
        status.counters());
    for (PeerStatus peer : status.peers()) {
      LOG.info("{}: {}", status.name(), peer);
    }
  }
}
