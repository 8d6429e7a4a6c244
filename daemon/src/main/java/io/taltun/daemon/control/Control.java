package io.taltun.daemon.control;

import io.taltun.config.HostPort;
import io.taltun.config.PeerConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.daemon.peer.HandshakeDrop;
import io.taltun.daemon.peer.PeerSettings;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.NanoClock;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.PeerLane;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.UdpSocketPair;
import io.taltun.dataplane.worker.WorkerGroup;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * The control side of one gateway, wired: protocol, peer table, sampler and sender around one
 * {@link ControlThread}. Made and closed by the gateway's starter; asked by any thread.
 */
public final class Control {
  private static final long ANSWER_WITHIN_MS = 1000;

  private final ControlThread thread;
  private final WorkerGroup workers;
  private final ForwardingTables tables;
  private final PeerTable peers;
  private final HandshakeSender sender;
  private final DataplaneActions actions;
  private final DeviceProtocol protocol;
  private final NanoClock clock;
  private final EndpointResolver resolver = new EndpointResolver();

  /**
   * @param thread not yet started
   * @param identity owned by the caller
   * @param random unpredictable
   */
  public Control(
      ControlThread thread,
      WorkerGroup workers,
      ForwardingTables tables,
      PeerTable peers,
      UdpSocketPair sockets,
      StaticIdentity identity,
      RandomGenerator random,
      NanoClock clock,
      long rekeyAfterBytes) {
    this.thread = thread;
    this.workers = workers;
    this.tables = tables;
    this.peers = peers;
    this.clock = clock;
    sender = new HandshakeSender(sockets);
    InstantSource wallClock = InstantSource.system();
    actions = new DataplaneActions(workers, peers, sender, identity.primitives().aead(), wallClock);
    protocol =
        new DeviceProtocol(
            identity, new Tai64n(wallClock), random, peers, actions, rekeyAfterBytes);
  }

  /**
   * Starts the thread; the peers of the file are added as its first act.
   *
   * @param known endpoints' names that are resolved already
   */
  public void start(TaltunConfig config, Map<HostPort, Endpoint> known) {
    TrafficSampler sampler = new TrafficSampler(peers, protocol, clock.nowNs());
    thread.start(new ControlLoop(workers, protocol, peers, sampler, sender, clock));
    thread.execute(
        () -> {
          config.peers().forEach(peer -> addPeer(peer, known));
          if (config.relay().enabled()) {
            tables.setRelayTargets(peers.relayTargets(localAddresses()));
          }
          tables.setAllowedIps(peers.allowedIps());
          protocol.onLocalUp(clock.nowNs());
        });
  }

  /** Those of every interface, the tunnel's included. */
  private static List<InetAddress> localAddresses() {
    try {
      return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).toList();
    } catch (SocketException e) {
      throw new IllegalStateException("this host's addresses cannot be listed", e);
    }
  }

  private void addPeer(PeerConfig config, Map<HostPort, Endpoint> known) {
    PeerEntry entry = peers.add(config);
    Endpoint endpoint =
        config.endpoint() == null
            ? null
            : known.getOrDefault(config.endpoint(), EndpointResolver.literal(config.endpoint()));
    entry.peer().setEndpoint(endpoint);
    entry.setProtocol(
        protocol.addPeer(
            new PeerSettings(
                config.publicKey(),
                config.presharedKey().copy(),
                endpoint,
                config.persistentKeepalive().toNanos(),
                entry),
            clock.nowNs()));
    if (config.endpoint() != null && endpoint == null) {
      resolver.resolve(config.endpoint(), found -> thread.execute(() -> setEndpoint(entry, found)));
    }
  }

  private void setEndpoint(PeerEntry entry, Endpoint endpoint) {
    // Where the peer was seen meanwhile is newer than what its name says.
    if (entry.protocol().endpoint() == null) {
      entry.peer().setEndpoint(endpoint);
      protocol.changeEndpoint(entry.protocol(), endpoint, clock.nowNs());
    }
  }

  /** All peers, in the file's order. */
  public List<PeerSnapshot> peers()
      throws InterruptedException, TimeoutException, ExecutionException {
    return thread.call(
        () -> peers.entries().stream().map(Control::snapshot).toList(), ANSWER_WITHIN_MS);
  }

  private static PeerSnapshot snapshot(PeerEntry entry) {
    Peer peer = entry.peer();
    long received = 0;
    long sent = 0;
    for (int i = 0; i < peer.laneCount(); i++) {
      PeerLane lane = peer.lane(i);
      received += lane.receivedBytes();
      sent += lane.sentBytes();
    }
    return new PeerSnapshot(
        entry.config(),
        entry.protocol().state(),
        peer.endpoint(),
        entry.lastHandshakeEpochNs(),
        received,
        sent);
  }

  /** What was dropped, by label; reasons that never happened are absent. */
  public Map<String, Long> drops()
      throws InterruptedException, TimeoutException, ExecutionException {
    return thread.call(this::sumDrops, ANSWER_WITHIN_MS);
  }

  private Map<String, Long> sumDrops() {
    Map<String, Long> drops = new LinkedHashMap<>();
    for (DropReason reason : DropReason.values()) {
      putUnlessZero(drops, reason.label(), workers.sum(reason));
    }
    for (HandshakeDrop reason : HandshakeDrop.values()) {
      putUnlessZero(drops, "handshake_" + reason.label(), actions.drops(reason));
    }
    putUnlessZero(drops, "handshake_unsent", sender.unsent());
    return drops;
  }

  private static void putUnlessZero(Map<String, Long> map, String label, long value) {
    if (value != 0) {
      map.put(label, value);
    }
  }

  /** Everything else that is counted, by label. */
  public Map<String, Long> counters() {
    Map<String, Long> counters = new LinkedHashMap<>();
    for (Counter counter : Counter.values()) {
      counters.put(counter.label(), workers.sum(counter));
    }
    return counters;
  }

  /** Retires all sessions and ends the thread; the workers still have to erase the keys. */
  public void stop() throws InterruptedException {
    resolver.close();
    thread.execute(protocol::close);
    thread.stop();
  }

  /** After the workers ended. */
  public void free() {
    sender.close();
  }
}
