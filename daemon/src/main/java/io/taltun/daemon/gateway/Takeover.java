package io.taltun.daemon.gateway;

import io.taltun.config.InterfaceConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.config.Workers;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.daemon.control.DeviceTransfer;
import io.taltun.daemon.netlink.InterfaceSetup;
import io.taltun.daemon.netlink.Link;
import io.taltun.daemon.netlink.Links;
import io.taltun.daemon.netlink.NetlinkSocket;
import io.taltun.daemon.netlink.NetworkPlan;
import io.taltun.daemon.netlink.NetworkState;
import io.taltun.daemon.state.StateJournal;
import io.taltun.daemon.takeover.Offer;
import io.taltun.daemon.takeover.TakeoverClient;
import io.taltun.daemon.takeover.TakeoverException;
import io.taltun.dataplane.os.SystemCallException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a gateway up in the place of the process that runs it. Everything that takes long comes
 * before that process stands still; nothing that moves comes before it has given its word never to
 * move again.
 */
final class Takeover {
  private static final Logger LOG = LoggerFactory.getLogger("takeover");

  /** The other process's last write of its state file and its end. */
  private static final int END_WITHIN_MS = 5000;

  private static final int BROKEN = 1;

  private final TaltunConfig config;
  private final InterfaceConfig iface;
  private final Path stateFile;
  private final Unwinding unwinding;

  Takeover(TaltunConfig config, Path stateFile, Unwinding unwinding) {
    this.config = config;
    this.iface = config.iface();
    this.stateFile = stateFile;
    this.unwinding = unwinding;
  }

  RunningGateway from(Path socket) throws GatewayStartException, SystemCallException {
    TakeoverClient other = null;
    try {
      other = TakeoverClient.connect(socket, iface.name());
      return from(other);
    } catch (TakeoverException e) {
      close(other);
      throw new GatewayStartException(
          iface.name() + " was not taken over and goes on as it was: " + e.getMessage(), e);
    } catch (SystemCallException | GatewayStartException | RuntimeException e) {
      if (other != null) {
        other.refuse("the new process failed: " + e.getMessage());
      }
      close(other);
      throw e;
    }
  }

  private static void close(TakeoverClient other) {
    if (other != null) {
      other.close();
    }
  }

  /** What is built before the other process stands still. */
  private record Successor(
      Assembly assembly,
      TakeoverClient other,
      LinkState link,
      DeviceNetwork network,
      int fwmark,
      StateJournal journal) {}

  private RunningGateway from(TakeoverClient other)
      throws TakeoverException, GatewayStartException, SystemCallException {
    Successor built = build(other);
    long beganNs = System.nanoTime();
    Runnable adopted = adopt(built);
    try {
      return run(built, adopted, beganNs);
    } catch (Throwable e) {
      // The other process waits for our end, to go on without the sessions that we may have used.
      LOG.error("{} was taken over and cannot go on here", iface.name(), e);
      Runtime.getRuntime().halt(BROKEN);
      throw e;
    }
  }

  private Successor build(TakeoverClient other)
      throws TakeoverException, GatewayStartException, SystemCallException {
    Offer offer = other.offer();
    warnOfDifferences(offer);
    Assembly assembly =
        new Assembly(iface.name(), new Workers(offer.workers()), config.tuning(), unwinding);
    assembly.adopt(offer);
    StateJournal journal = null;
    if (stateFile != null) {
      journal = unwinding.add("the state file", StateJournal.later(stateFile));
      assembly.remember(journal);
    }
    NetlinkSocket netlink = unwinding.add("the netlink socket", NetlinkSocket.open());
    InterfaceSetup setup = new InterfaceSetup(netlink, LOG::warn);
    NetworkState state = setup.adopt(iface.name(), offer.network());
    Link link = new Links(netlink).find(iface.name());
    LinkState linkState = new LinkState(link.up(), link.mtu(), true);
    // With auto the watch over the paths goes on from what it is now.
    int mtu = iface.mtu().isAuto() ? link.mtu() : iface.mtu().bytes();
    NetworkPlan plan = NetworkPlan.of(iface, config.peers(), mtu);
    int fwmark = fwmark(setup, plan, offer);
    DeviceNetwork network = new DeviceNetwork(setup, state, plan, fwmark);
    assembly.build(linkState, config.relay().enabled(), network::restore);
    assembly.control().clampMss(iface.mssClamp());
    assembly
        .control()
        .configure(
            new StaticIdentity(iface.privateKey(), assembly.primitives()),
            config.peers(),
            Map.of());
    other.rehearse(assembly.control().rehearsal());
    assembly.warmStart().await();
    return new Successor(assembly, other, linkState, network, fwmark, journal);
  }

  /** A default route goes on with the mark that was chosen for it, or gets one. */
  private static int fwmark(InterfaceSetup setup, NetworkPlan plan, Offer offer)
      throws SystemCallException {
    return plan.fwmark() == 0 && plan.needsPolicyRouting() && offer.fwmark() != 0
        ? offer.fwmark()
        : setup.chooseFwmark(plan);
  }

  /** Returns once the gateway is this process's. */
  private static Runnable adopt(Successor built) throws TakeoverException {
    DeviceTransfer state = built.other.ready();
    try {
      Runnable adopted = built.assembly.control().adopt(state);
      built.other.prepared();
      return adopted;
    } finally {
      state.erase();
    }
  }

  private RunningGateway run(Successor built, Runnable adopted, long beganNs)
      throws TakeoverException, SystemCallException {
    Assembly assembly = built.assembly;
    assembly.start(
        () -> {
          assembly.live().followPaths(iface.mtu().isAuto());
          assembly.live().goOn(adopted);
        });
    long stillMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
    built.other.running();
    unwinding.add("the addresses and routes", built.network::undo);
    RunningGateway running = assembly.watched(built.link, iface.addresses(), iface.mtu());
    running.reconfigurable(built.network, config);
    running.giveBy(assembly.giver(built.network::traces));
    running.onServing(() -> settle(built.other, built.journal));
    apply(built);
    LOG.info(
        "{} is up: taken over with {} peers, UDP port {}; it stood still for {} ms",
        iface.name(),
        config.peers().size(),
        assembly.sockets().port(),
        stillMs);
    return running;
  }

  /**
   * What the file says otherwise than the other process's did. A mark comes before the default
   * route that needs it, and goes after it, as in a reload.
   */
  private void apply(Successor built) {
    SocketBinding sockets = built.assembly.sockets();
    int port = iface.listenPort() == 0 ? sockets.port() : iface.listenPort();
    int before = (int) sockets.fwmark();
    change(built, port, built.fwmark == 0 ? before : built.fwmark);
    built.network.settle();
    change(built, port, built.fwmark);
  }

  private void change(Successor built, int port, int fwmark) {
    SocketBinding sockets = built.assembly.sockets();
    built
        .assembly
        .control()
        .submit(
            () -> {
              sockets.change(port, fwmark);
              return null;
            })
        .exceptionally(
            failure -> {
              LOG.error("{} keeps UDP port {}", iface.name(), sockets.port(), failure);
              return null;
            })
        .join();
  }

  private void warnOfDifferences(Offer offer) {
    if (!iface.workers().isAuto() && iface.workers().count() != offer.workers()) {
      LOG.warn(
          "{} goes on with {} workers, as many as its device has queues; 'workers: {}' counts with"
              + " the next full start",
          iface.name(),
          offer.workers(),
          iface.workers());
    }
  }

  /** The other process's end, after which its state file is ours. */
  private static void settle(TakeoverClient other, StateJournal journal) {
    try (other) {
      other.done(END_WITHIN_MS);
    } catch (TakeoverException gone) {
      LOG.debug("the process before has ended", gone);
    }
    if (journal != null) {
      journal.begin();
    }
  }
}
