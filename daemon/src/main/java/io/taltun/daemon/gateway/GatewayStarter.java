package io.taltun.daemon.gateway;

import static io.taltun.daemon.gateway.KernelOffload.TUN_GRO;
import static io.taltun.daemon.gateway.KernelOffload.TUN_TSO;
import static io.taltun.daemon.gateway.KernelOffload.TUN_USO;
import static io.taltun.daemon.gateway.KernelOffload.UDP_GRO;
import static io.taltun.daemon.gateway.KernelOffload.UDP_GSO;

import io.taltun.config.HostPort;
import io.taltun.config.InterfaceConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.primitive.AeadChoice;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.control.Control;
import io.taltun.daemon.control.ControlThread;
import io.taltun.daemon.control.EndpointResolver;
import io.taltun.daemon.control.LocalAddressWatch;
import io.taltun.daemon.control.PeerTable;
import io.taltun.daemon.netlink.InterfaceSetup;
import io.taltun.daemon.netlink.NetlinkSocket;
import io.taltun.daemon.netlink.NetworkPlan;
import io.taltun.daemon.netlink.NetworkState;
import io.taltun.dataplane.os.BootClock;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.tun.TunDevice;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.UdpOffloads;
import io.taltun.dataplane.udp.UdpSocketPair;
import io.taltun.dataplane.worker.WorkerEdges;
import io.taltun.dataplane.worker.WorkerGroup;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a gateway up: sockets, device, workers, control thread, addresses and routes, in this
 * order; whatever was done is taken back when a later step fails.
 */
public final class GatewayStarter implements GatewayFactory {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  /** Room behind the longest waiting packet for its padding, rounded up to a cache line. */
  private static final int WAITING_TAIL = 64;

  /** How long a full tunnel's start waits for its peers' names. */
  private static final Duration NAMES_WITHIN = Duration.ofSeconds(5);

  @Override
  public Gateway start(TaltunConfig config) throws GatewayStartException {
    Unwinding unwinding = new Unwinding();
    try {
      return start(config, unwinding);
    } catch (SystemCallException e) {
      unwinding.close();
      throw new GatewayStartException(e.getMessage(), e);
    } catch (GatewayStartException | RuntimeException | Error e) {
      unwinding.close();
      throw e;
    }
  }

  private static Primitives primitives(TaltunConfig config) throws GatewayStartException {
    try {
      return Primitives.best(AeadChoice.valueOf(config.tuning().aead().name()));
    } catch (UnsupportedOperationException e) {
      throw new GatewayStartException(
          "tuning: aead: " + e.getMessage() + "; write auto, or leave it out", e);
    }
  }

  private static Gateway start(TaltunConfig config, Unwinding unwinding)
      throws SystemCallException, GatewayStartException {
    InterfaceConfig iface = config.iface();
    Primitives primitives = primitives(config);
    WarmStart warmStart = WarmStart.begin(primitives.aead());
    StaticIdentity identity =
        unwinding.add("the identity", new StaticIdentity(iface.privateKey(), primitives));
    int mtu = iface.mtu().resolve();
    WorkerPlan workerPlan =
        WorkerPlan.of(UsableCpus.now(), iface.workers(), config.tuning().pinning());
    int workerCount = workerPlan.workers();

    NetlinkSocket netlink = unwinding.add("the netlink socket", NetlinkSocket.open());
    InterfaceSetup setup = new InterfaceSetup(netlink, LOG::warn);
    setup.cleanUpStale();
    NetworkPlan plan = NetworkPlan.of(iface, config.peers(), mtu);
    int fwmark = setup.chooseFwmark(plan);

    List<UdpSocketPair> sockets = UdpSocketPair.open(workerCount, iface.listenPort(), fwmark);
    unwinding.add("the sockets", () -> sockets.forEach(UdpSocketPair::close));
    UdpOffloads udpOffloads =
        UdpOffloads.enable(sockets, wants(config, UDP_GSO), wants(config, UDP_GRO));
    TunDevice device = unwinding.add("the device", openDevice(config, workerCount));
    // A name can be asked for no more once the default route leads into a tunnel that waits for it.
    Map<HostPort, Endpoint> known =
        plan.needsPolicyRouting()
            ? EndpointResolver.resolveNow(config.peers(), NAMES_WITHIN)
            : Map.of();
    NetworkState network = setup.apply(plan, fwmark);
    unwinding.add("the addresses and routes", network::undo);

    SecureRandom random = new SecureRandom();
    PeerTable peers = new PeerTable(random, workerCount);
    ForwardingTables tables = new ForwardingTables(peers.sessions(), mtu, config.relay().enabled());
    LoggedFaults faults = new LoggedFaults();
    ControlThread thread = new ControlThread(faults);
    WorkerGroup workers =
        new WorkerGroup(
            WorkerEdges.of(device, sockets, udpOffloads, workerPlan.cpus()),
            tables,
            mtu + WAITING_TAIL,
            thread::wake,
            faults);
    Control control =
        new Control(
            thread,
            workers,
            tables,
            peers,
            sockets.getFirst(),
            identity,
            random,
            new BootClock(),
            config.tuning().rekeyAfterBytes());
    unwinding.add("the control side", control::free);
    unwinding.add("the workers", workers::close);

    warmStart.await();
    workers.start();
    control.start(config, known);
    unwinding.add("the control thread", control::stop);
    unwinding.add(
        "the watch over local addresses",
        LocalAddressWatch.start(control::endpoints, () -> fwmark));

    LiveStates live = new LiveOffloads(device.offloads(), udpOffloads, workers);
    RuntimeModes modes = modes(primitives, workerPlan, sockets.getFirst(), config, live);
    int listenPort = sockets.getFirst().localPort();
    RunningGateway running =
        new RunningGateway(
            config,
            identity.publicKey(),
            listenPort,
            Integer.toUnsignedLong(fwmark),
            mtu,
            modes,
            control,
            unwinding);
    faults.end().thenAccept(running::fail);
    LOG.info(
        "{} is up: UDP port {}, peers {}, {}, {}",
        iface.name(),
        listenPort,
        config.peers().size(),
        modes.now().describe(),
        primitives.describe());
    return running;
  }

  private static boolean wants(TaltunConfig config, KernelOffload offload) {
    return offload.allowed(config.tuning().offloads());
  }

  private static TunDevice openDevice(TaltunConfig config, int queues) throws SystemCallException {
    return TunDevice.open(
        config.iface().name(),
        queues,
        wants(config, TUN_TSO),
        wants(config, TUN_USO),
        wants(config, TUN_GRO));
  }

  private static RuntimeModes modes(
      Primitives primitives,
      WorkerPlan plan,
      UdpSocketPair sockets,
      TaltunConfig config,
      LiveStates live) {
    Map<String, String> features = new LinkedHashMap<>();
    features.put("udp-ipv4", sockets.ipv4() == null ? "missing" : "on");
    features.put("udp-ipv6", sockets.ipv6() == null ? "missing" : "on");
    features.put("tun-multi-queue", plan.workers() > 1 ? "on" : "off");
    features.put("relay", config.relay().enabled() ? "on" : "off");
    return new RuntimeModes(
        plan,
        config.tuning().offloads(),
        primitives.describe(),
        primitives.aead().engine(),
        features,
        live);
  }
}
