package io.taltun.daemon.cli;

import io.taltun.config.TaltunConfig;
import io.taltun.daemon.admin.AdminServer;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.gateway.GatewayStartException;
import io.taltun.daemon.gateway.GatewayStatus;
import io.taltun.daemon.gateway.PeerStatus;
import io.taltun.daemon.uapi.UapiServer;
import io.taltun.daemon.unix.SocketFile;
import io.taltun.daemon.unix.SocketInUseException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One gateway's life in this process, from its start to its last trace. */
final class Foreground {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  private final Host host;
  private final TaltunConfig config;
  private final StopRequest stop = new StopRequest();

  Foreground(Host host, TaltunConfig config) {
    this.host = host;
    this.config = config;
  }

  /**
   * Returns when the gateway was stopped and is gone.
   *
   * @throws CommandFailure when it does not start, or breaks
   */
  void run(boolean untilStdinCloses) throws InterruptedException {
    String name = config.iface().name();
    if (SocketFile.isLive(host.adminSocket(name)) || SocketFile.isLive(host.uapiSocket(name))) {
      throw runsAlready(name);
    }
    Signals.handle("TERM", stop::bySignal);
    Signals.handle("INT", stop::bySignal);
    Signals.handle("HUP", () -> LOG.warn("SIGHUP: restart {} to apply a new configuration", name));
    if (untilStdinCloses) {
      Thread.ofPlatform().daemon().name("stdin").start(() -> stopAtEndOf(host.input()));
    }
    try (Gateway gateway = host.gateways().start(config)) {
      serve(gateway);
    } catch (GatewayStartException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
    LOG.info("{} is down", name);
  }

  private void serve(Gateway gateway) throws InterruptedException {
    String name = gateway.name();
    try (UapiServer _ = UapiServer.open(host.uapiSocket(name), gateway);
        AdminServer _ = AdminServer.open(host.adminSocket(name), gateway)) {
      Signals.handle("USR1", () -> dump(gateway));
      stop.setGateway(gateway);
      LOG.info("{} answers on {}", name, host.adminSocket(name));
      String broken = gateway.awaitStop();
      if (broken != null) {
        throw new CommandFailure(broken);
      }
      LOG.info("{} stops", name);
    } catch (SocketInUseException e) {
      throw runsAlready(name);
    } catch (IOException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private static CommandFailure runsAlready(String name) {
    return new CommandFailure(
        "a gateway named " + name + " runs already; stop it with 'taltun down " + name + "'");
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
