package io.taltun.daemon.gateway;

import static io.taltun.daemon.gateway.KernelOffload.TUN_GRO;
import static io.taltun.daemon.gateway.KernelOffload.TUN_TSO;
import static io.taltun.daemon.gateway.KernelOffload.TUN_USO;
import static io.taltun.daemon.gateway.KernelOffload.UDP_GRO;
import static io.taltun.daemon.gateway.KernelOffload.UDP_GSO;

import io.taltun.config.AeadConstruction;
import io.taltun.config.IpPrefix;
import io.taltun.config.Mtu;
import io.taltun.config.Tuning;
import io.taltun.config.Workers;
import io.taltun.crypto.primitive.AeadChoice;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.control.Control;
import io.taltun.daemon.control.ControlThread;
import io.taltun.daemon.control.LocalAddressWatch;
import io.taltun.daemon.control.PeerTable;
import io.taltun.daemon.health.Heartbeat;
import io.taltun.daemon.health.Pulse;
import io.taltun.daemon.mtu.PathMtuWatch;
import io.taltun.daemon.state.PeerMemory;
import io.taltun.daemon.takeover.Offer;
import io.taltun.dataplane.mailbox.WorkerCommand;
import io.taltun.dataplane.os.BootClock;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.tun.TunDevice;
import io.taltun.dataplane.udp.UdpOffloads;
import io.taltun.dataplane.udp.UdpSocketPair;
import io.taltun.dataplane.worker.WorkerEdges;
import io.taltun.dataplane.worker.WorkerGroup;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A gateway's parts while they are put together: the warm-up begins with it, then {@link
 * #bindSockets} or {@link #probeSockets}, {@link #openDevice}, {@link #run}. What was made is taken
 * back by the unwinding. One thread.
 */
final class Assembly {
  private final String name;
  private final Tuning tuning;
  private final Unwinding unwinding;
  private final Primitives primitives;
  private final WarmStart warmStart;
  private final WorkerPlan plan;

  private PeerMemory memory = PeerMemory.NONE;
  private SocketBinding sockets;
  private UdpOffloads udpOffloads;
  private TunDevice device;
  private TunDrops tunDrops;

  // Written by build().
  private final LoggedFaults faults = new LoggedFaults();
  private ForwardingTables tables;
  private ControlThread thread;
  private WorkerGroup workers;
  private Control control;
  private LiveDevice live;

  Assembly(String name, Workers workers, Tuning tuning, Unwinding unwinding)
      throws GatewayStartException {
    this.name = name;
    this.tuning = tuning;
    this.unwinding = unwinding;
    primitives = primitives(tuning);
    warmStart = WarmStart.begin(primitives.aead(), tuning.aead() == AeadConstruction.AUTO);
    plan = WorkerPlan.of(UsableCpus.now(), workers, tuning.pinning());
  }

  private static Primitives primitives(Tuning tuning) throws GatewayStartException {
    try {
      return Primitives.best(AeadChoice.valueOf(tuning.aead().name()));
    } catch (UnsupportedOperationException e) {
      throw new GatewayStartException(
          "tuning: aead: " + e.getMessage() + "; write auto, or leave it out", e);
    }
  }

  Primitives primitives() {
    return primitives;
  }

  /** Peers go on from what is remembered of them. */
  void remember(PeerMemory memory) {
    this.memory = memory;
  }

  WarmStart warmStart() {
    return warmStart;
  }

  Control control() {
    return control;
  }

  LiveDevice live() {
    return live;
  }

  SocketBinding sockets() {
    return sockets;
  }

  /** Lets another process take it over, from now on. */
  LiveGiver giver(Supplier<List<String>> network) {
    return new LiveGiver(name, device, sockets, udpOffloads, workers, control, live, network);
  }

  private boolean wants(KernelOffload offload) {
    return offload.allowed(tuning.offloads());
  }

  /** Binds the UDP sockets. */
  void bindSockets(int port, int fwmark) throws SystemCallException {
    binding(port, fwmark);
    udpOffloads = sockets.open();
  }

  /** Leaves the UDP sockets for later. */
  void probeSockets() throws SystemCallException {
    binding(0, 0);
    udpOffloads = sockets.probe();
  }

  private void binding(int port, int fwmark) {
    sockets =
        new SocketBinding(
            plan.workers(),
            port,
            fwmark,
            wants(UDP_GSO),
            wants(UDP_GRO),
            tuning.receiveBufferBytes(),
            tuning.sendBufferBytes());
    unwinding.add("the sockets", sockets);
  }

  /** Goes on with another process's sockets and device. */
  void adopt(Offer offer) throws SystemCallException {
    binding(offer.port(), offer.fwmark());
    List<UdpSocketPair> pairs = new ArrayList<>();
    for (int i = 0; i < offer.workers(); i++) {
      int ipv4 = offer.ipv4().isEmpty() ? -1 : offer.ipv4().get(i);
      int ipv6 = offer.ipv6().isEmpty() ? -1 : offer.ipv6().get(i);
      pairs.add(UdpSocketPair.adopt(ipv4, ipv6));
    }
    sockets.adopt(pairs);
    udpOffloads = offer.udpOffloads();
    device = TunDevice.adopt(name, offer.queues(), offer.tunOffloads());
    unwinding.add("the device", device);
    tunDrops = unwinding.add("the watch over the device's queue", TunDrops.since(name));
  }

  /** Makes the TUN device. */
  void openDevice() throws SystemCallException {
    device = TunDevice.open(name, plan.workers(), wants(TUN_TSO), wants(TUN_USO), wants(TUN_GRO));
    unwinding.add("the device", device);
    tunDrops = unwinding.add("the watch over the device's queue", TunDrops.of(name));
    if (tuning.tunQueuePackets() != Tuning.DEFAULT.tunQueuePackets()) {
      tunDrops.setQueueLength(tuning.tunQueuePackets());
    }
  }

  /**
   * Makes the rest and starts it.
   *
   * @param link as it is now
   * @param addresses of the device, to be shown
   * @param mtu as it was configured; null for a device whose MTU is others' business
   * @param restoreNetwork gives the device back what it loses when its link goes down
   * @param configure run on the control thread, before anything is sent
   */
  RunningGateway run(
      LinkState link,
      boolean relay,
      List<IpPrefix> addresses,
      Mtu mtu,
      Runnable restoreNetwork,
      Consumer<Control> configure)
      throws SystemCallException {
    build(link, relay, restoreNetwork);
    warmStart.await();
    start(
        () -> {
          configure.accept(control);
          live.followPaths(mtu != null && mtu.isAuto());
          live.begin();
        });
    return watched(link, addresses, mtu);
  }

  /** What {@link #run} makes, up to the moment before anything moves. */
  void build(LinkState link, boolean relay, Runnable restoreNetwork) throws SystemCallException {
    SecureRandom random = new SecureRandom();
    PeerTable peers = new PeerTable(random, plan.workers());
    tables = new ForwardingTables(peers.sessions(), link.mtu(), relay);
    thread = new ControlThread(faults);
    workers =
        new WorkerGroup(
            WorkerEdges.of(device, sockets.sockets(), udpOffloads, plan.cpus()),
            tables,
            LiveDevice.waitingBytes(link.mtu()),
            thread::wake,
            faults);
    control =
        new Control(
            thread,
            workers,
            tables,
            peers,
            primitives.aead(),
            random,
            new BootClock(),
            tuning.rekeyAfterBytes(),
            memory);
    control.countTunDrops(tunDrops);
    unwinding.add("the control side", control::free);
    unwinding.add("the workers", workers::close);
    sockets.attach(workers, control);
    live = new LiveDevice(control, sockets, tables, workers, primitives, link, restoreNetwork);
  }

  /**
   * Lets the threads run.
   *
   * @param first on the control thread
   */
  void start(Runnable first) {
    workers.start();
    control.start();
    unwinding.add("the control thread", control::stop);
    control.submit(Executors.callable(first)).join();
  }

  /** Watches over what runs. */
  RunningGateway watched(LinkState link, List<IpPrefix> addresses, Mtu mtu)
      throws SystemCallException {
    LinkWatch watch = new LinkWatch(device, link, now -> thread.execute(() -> live.onLink(now)));
    watch.start();
    unwinding.add("the watch over the link", watch::stop);
    unwinding.add(
        "the watch over local addresses",
        LocalAddressWatch.start(control::endpoints, () -> (int) sockets.fwmark()));

    if (mtu != null) {
      unwinding.add(
          "the watch over the paths' MTU",
          PathMtuWatch.start(
              live::followsPaths,
              device::currentName,
              control::pathUses,
              () -> (int) sockets.fwmark()));
    }

    RuntimeModes modes = modes();
    RunningGateway running =
        new RunningGateway(
            name,
            addresses,
            modes,
            control,
            live,
            new LiveTelemetry(name, modes, control, workers, tables, heartbeat()),
            unwinding);
    faults.end().thenAccept(running::fail);
    faults.deviceDeleted().thenAccept(running::failWithoutDevice);
    return running;
  }

  private Heartbeat heartbeat() {
    List<Pulse> pulses = new ArrayList<>();
    pulses.add(new Pulse(ControlThread.NAME, thread::execute));
    for (int i = 0; i < workers.size(); i++) {
      int worker = i;
      pulses.add(
          new Pulse(
              workers.name(worker),
              answer -> workers.post(worker, new WorkerCommand.Beat(answer))));
    }
    Heartbeat heartbeat = new Heartbeat(pulses);
    heartbeat.start();
    unwinding.add("the heartbeat", heartbeat::stop);
    return heartbeat;
  }

  private Map<String, String> features() {
    Map<String, String> features = new LinkedHashMap<>();
    features.put("udp-ipv4", sockets.hasIpv4() ? "on" : "missing");
    features.put("udp-ipv6", sockets.hasIpv6() ? "on" : "missing");
    features.put("tun-multi-queue", plan.workers() > 1 ? "on" : "off");
    features.put("relay", tables.relay() ? "on" : "off");
    return features;
  }

  private RuntimeModes modes() {
    return new RuntimeModes(
        plan,
        tuning.offloads(),
        primitives.describe(),
        primitives.aead().engine(),
        this::features,
        new LiveOffloads(device.offloads(), udpOffloads, workers));
  }
}
