package io.taltun.daemon.cli;

import io.taltun.config.HookEvent;
import io.taltun.config.Hooks;
import io.taltun.config.InterfaceConfig;
import io.taltun.config.Metrics;
import io.taltun.config.TaltunConfig;
import io.taltun.daemon.admin.AdminServer;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.gateway.GatewayStartException;
import io.taltun.daemon.gateway.GatewayStatus;
import io.taltun.daemon.hook.GatewayHooks;
import io.taltun.daemon.metrics.MetricsService;
import io.taltun.daemon.reload.Reloader;
import io.taltun.daemon.systemd.ServiceManager;
import io.taltun.daemon.takeover.TakeoverServer;
import io.taltun.daemon.uapi.UapiServer;
import io.taltun.daemon.unix.SocketFileWatch;
import io.taltun.daemon.unix.SocketInUseException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

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
  private final boolean takesOver;
  private final GatewayHooks hooks;
  private final List<String> successorCommand;
  private final StopRequest stop = new StopRequest();

  /** SIGHUP came before the gateway was up: its file is read again then. Written by that signal. */
  private volatile boolean hungUpEarly;

  private final ServiceManager services = ServiceManager.ofThisProcess();

  private Foreground(
      Host host,
      String name,
      Start start,
      boolean takesOver,
      Path file,
      Metrics metrics,
      GatewayHooks hooks,
      List<String> successorCommand) {
    this.successorCommand = successorCommand;
    this.host = host;
    this.name = name;
    this.start = start;
    this.file = file;
    this.metrics = metrics;
    this.bare = file == null;
    this.takesOver = takesOver;
    this.hooks = hooks;
  }

  /**
   * One that a configuration describes. Its device is its own: when it is deleted, that is a
   * failure.
   *
   * @param stateFolder where it finds and leaves what it learns
   * @param takeover whether it goes on in the place of the process that runs it
   * @param successorCommand brings it up in the place of this process; empty for none
   */
  static Foreground configured(
      Host host,
      TaltunConfig config,
      Path stateFolder,
      boolean takeover,
      List<String> successorCommand) {
    InterfaceConfig iface = config.iface();
    Path stateFile = stateFolder.resolve(iface.name() + ".state");
    GatewayHooks hooks = new GatewayHooks(config.hooks(), iface.name(), iface.addresses());
    return new Foreground(
        host,
        iface.name(),
        takeover
            ? () -> host.gateways().takeOver(config, stateFile, host.takeoverSocket(iface.name()))
            : () -> host.gateways().start(config, stateFile),
        takeover,
        config.source(),
        config.metrics(),
        hooks,
        successorCommand);
  }

  /** One that lives as long as its device and the file of its UAPI socket. */
  static Foreground bare(Host host, String name) {
    GatewayHooks none = new GatewayHooks(Hooks.NONE, name, List.of());
    return new Foreground(
        host,
        name,
        () -> host.gateways().startBare(name),
        false,
        null,
        Metrics.OFF,
        none,
        List.of());
  }

  /**
   * Returns when the gateway was stopped and is gone.
   *
   * @throws CommandFailure when it does not start, or breaks
   */
  void run(boolean untilStdinCloses) throws InterruptedException {
    if (!takesOver) {
      host.requireNotRunning(name);
    }
    Signals.handle("TERM", stop::bySignal);
    Signals.handle("INT", stop::bySignal);
    Signals.handle("HUP", () -> hungUpEarly = true);
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
    if (takesOver) {
      removeFilesOfTheProcessBefore();
    }
    try (UapiServer uapi = UapiServer.open(host.uapiSocket(name), gateway)) {
      // Before anybody is told that the gateway is there; wg-quick, too, ends when PostUp fails.
      String refused = takesOver ? null : hooks.run(HookEvent.UP, null);
      if (refused != null) {
        throw new CommandFailure(refused + "; " + name + " is taken down again");
      }
      serveUntilStopped(gateway, uapi);
    } catch (SocketInUseException e) {
      throw host.runsAlready(name);
    } catch (IOException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private void serveUntilStopped(Gateway gateway, UapiServer uapi)
      throws InterruptedException, IOException {
    String reason = "not started";
    Reloader reloader = new Reloader(gateway, file);
    // Before its socket is there: whoever sees that takes the gateway for one that can be told.
    Signals.handle("USR1", () -> dump(gateway));
    try (AdminServer admin =
            AdminServer.open(host.adminSocket(name), gateway, reloader, successor(gateway));
        TakeoverServer _ = takeovers(gateway, uapi, admin);
        MetricsService served = new MetricsService(gateway.telemetry(), takesOver);
        SocketFileWatch _ = bare ? watch() : null) {
      gateway.onReconfigured(now -> hooks.change(now.hooks(), now.iface().addresses()));
      gateway.listen(hooks);
      stop.setGateway(gateway);
      // The process before, if there was one, has the port until its end.
      gateway.serving();
      served.use(metrics);
      gateway.onReconfigured(config -> served.use(config.metrics()));
      LOG.info("{} answers on {}", name, host.adminSocket(name));
      gateway.onHealth(services.watchdog());
      services.ready(name + " is up");
      Signals.handle("HUP", () -> reload(reloader));
      if (hungUpEarly) {
        reload(reloader);
      }
      String broken = gateway.awaitStop();
      if (gateway.isGivenAway()) {
        endWithoutATrace();
      }
      services.stopping();
      reason = broken == null ? "stopped" : broken;
      if (broken != null && !(bare && gateway.deviceDeleted())) {
        throw new CommandFailure(broken);
      }
      LOG.info("{} stops{}", name, broken == null ? "" : ": " + broken);
    } finally {
      hooks.close();
      hooks.run(HookEvent.DOWN, reason);
    }
  }

  /** Its sockets still work, for those who are connected; whoever comes now is to find ours. */
  private void removeFilesOfTheProcessBefore() {
    try {
      Files.deleteIfExists(host.uapiSocket(name));
      Files.deleteIfExists(host.adminSocket(name));
    } catch (IOException e) {
      throw new CommandFailure("cannot replace " + name + "'s sockets: " + e.getMessage(), e);
    }
  }

  /** Null where no service manager watches this process, or nobody can take the gateway over. */
  private Successor successor(Gateway gateway) {
    boolean possible =
        services.isPresent() && gateway.giver() != null && !successorCommand.isEmpty();
    return possible ? new Successor(name, file, successorCommand) : null;
  }

  /** Null where nobody can take the gateway over. */
  private TakeoverServer takeovers(Gateway gateway, UapiServer uapi, AdminServer admin)
      throws IOException {
    if (gateway.giver() == null) {
      return null;
    }
    var owner =
        new TakeoverServer.Owner() {
          @Override
          public void given(long pid) {
            LOG.info("{} goes on in process {}; this one ends", name, pid);
            services.handedOverTo(pid);
            gateway.givenAway();
          }

          @Override
          public void cameBack() {
            try {
              uapi.listenAgain();
              admin.listenAgain();
            } catch (IOException e) {
              LOG.error("{} goes on, and its commands find it no more: {}", name, e.getMessage());
            }
          }
        };
    return TakeoverServer.open(host.takeoverSocket(name), gateway.giver(), owner);
  }

  /** Nothing is closed and nothing taken back: all of it is the other process's. */
  private static void endWithoutATrace() {
    System.err.flush();
    Runtime.getRuntime().halt(CommandLine.ExitCode.OK);
  }

  private void reload(Reloader reloader) {
    services.reloading();
    reloader.reload(null, false).whenComplete((_, _) -> services.ready(name + " is up"));
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
    status.peers().forEach(peer -> LOG.info("{}: {}", status.name(), peer));
    gateway.dump().forEach(line -> LOG.info("{}: {}", status.name(), line));
  }
}
