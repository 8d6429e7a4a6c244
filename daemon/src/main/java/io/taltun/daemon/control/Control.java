package io.taltun.daemon.control;

import io.taltun.config.HostPort;
import io.taltun.config.MssClamp;
import io.taltun.config.PeerConfig;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.crypto.primitive.Aead;
import io.taltun.daemon.mtu.PathUse;
import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.daemon.peer.HandshakeDrop;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.state.PeerMemory;
import io.taltun.daemon.why.PeerFacts;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.NanoClock;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.UdpSocketPair;
import io.taltun.dataplane.worker.WorkerGroup;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control side of one gateway, wired: protocol, peer table, sampler and sender around one
 * {@link ControlThread}. Made and closed by the gateway's starter; asked by any thread, changed on
 * the control thread.
 */
public final class Control {
  private static final Logger LOG = LoggerFactory.getLogger("control");
  private static final long ANSWER_WITHIN_MS = 1000;

  private final ControlThread thread;
  private final WorkerGroup workers;
  private final ForwardingTables tables;
  private final PeerTable peers;
  private final AllowedIpTable prefixes = new AllowedIpTable();
  private final ControlCounters counters = new ControlCounters();
  private final HandshakeSender sender = new HandshakeSender(counters);
  private final PeerEvents events;
  private final OverflowWatch overflows;
  private final DataplaneActions actions;
  private final DeviceProtocol protocol;
  private final NanoClock clock;
  private final PeerMemory memory;
  private final Tai64n timestamps;
  private final DeviceHandover handover;
  private final EndpointResolver resolver = new EndpointResolver();

  // Written by start().
  private ControlLoop loop;
  // Written before the thread starts.
  private LongSupplier tunDrops = () -> 0;

  // Written by the control thread once a second.
  private volatile long tunDropped;

  // Written by the control thread; null without a private key.
  private StaticIdentity identity;

  // Written by the control thread: as listed last.
  private List<InetAddress> localAddresses = List.of();

  /**
   * A device without a private key and peers, down.
   *
   * @param thread not yet started
   * @param random unpredictable
   * @param memory what earlier runs left, and where later ones find what this one learns
   */
  public Control(
      ControlThread thread,
      WorkerGroup workers,
      ForwardingTables tables,
      PeerTable peers,
      Aead aead,
      RandomGenerator random,
      NanoClock clock,
      long rekeyAfterBytes,
      PeerMemory memory) {
    this.memory = memory;
    this.thread = thread;
    this.workers = workers;
    this.tables = tables;
    this.peers = peers;
    this.clock = clock;
    InstantSource wallClock = InstantSource.system();
    EndpointNames names = new EndpointNames(this::lookUp, this::moveTo);
    byte[] greatestSent = memory.greatestSent();
    timestamps = greatestSent == null ? new Tai64n(wallClock) : new Tai64n(wallClock, greatestSent);
    events = new PeerEvents(peers, clock);
    overflows = new OverflowWatch(this::latestDrops);
    actions =
        new DataplaneActions(
            workers,
            peers,
            sender,
            aead,
            new Clocks(clock, wallClock),
            counters,
            timestamps,
            memory,
            new PeerWatchers(names, events));
    protocol = new DeviceProtocol(null, timestamps, random, peers, actions, rekeyAfterBytes);
    handover = new DeviceHandover(workers, peers, protocol, aead);
  }

  /**
   * Counts what the kernel drops before the workers read it; before {@link #start}.
   *
   * @param total so far; asked on the control thread
   */
  public void countTunDrops(LongSupplier total) {
    tunDrops = total;
  }

  /** Starts the thread. */
  public void start() {
    TrafficSampler sampler = new TrafficSampler(peers, protocol, clock.nowNs());
    SlowSampler slow = new SlowSampler(peers, events, overflows, clock.nowNs());
    loop = new ControlLoop(workers, protocol, peers, sampler, slow, sender, counters, clock);
    thread.start(loop);
  }

  /** Runs a task on the control thread; its result is always completed. Any thread. */
  public <T> CompletableFuture<T> submit(Callable<T> task) {
    return thread.submit(task);
  }

  /**
   * Runs a task on the control thread and waits for its result, one second at most. Any thread.
   *
   * @throws ExecutionException when the task failed
   */
  public <T> T call(Callable<T> task)
      throws InterruptedException, TimeoutException, ExecutionException {
    return thread.call(task, ANSWER_WITHIN_MS);
  }

  // Changes, on the control thread.

  /**
   * Makes the peers those of a configuration, and the device's key another one, at once. What is so
   * already is not touched: such peers keep their sessions.
   *
   * @param identity owned by the control side from now on; null keeps the one in use
   * @param known endpoints' names that are resolved already
   */
  public void configure(
      StaticIdentity identity, List<PeerConfig> configured, Map<HostPort, Endpoint> known) {
    ConfiguredPeers target = new ConfiguredPeers(peers, configured, known, memory);
    DeviceEdit edit = edit();
    if (identity != null) {
      edit.identity(identity);
    }
    target.write(edit);
    edit.commit(clock.nowNs());
    target.settle(this::resolve, protocol);
  }

  /** Forgets names and access rules of all but these, also of peers that are away. */
  public void forgetOthers(List<PeerConfig> configured) {
    Set<PublicKey> keys = new HashSet<>();
    configured.forEach(peer -> keys.add(peer.publicKey()));
    peers.forgetNames(keys);
  }

  /**
   * @param moves whether the answer counts for a peer, too, that is somewhere already
   */
  private void resolve(PeerEntry entry, NamedEndpoint named, boolean moves) {
    resolver.resolve(
        named.name(),
        named::wanted,
        found ->
            thread.execute(
                () -> {
                  // Where the peer was seen meanwhile is newer than what its name says.
                  if (named.wanted() && (moves || entry.protocol().endpoint() == null)) {
                    moveTo(entry, found);
                  }
                }));
  }

  /** The peers as a file would have them; the preshared keys are the caller's to close. */
  public List<PeerConfig> configuration() {
    return peers.entries().stream()
        .map(
            it ->
                new PeerConfig(
                    it.name(),
                    it.publicKey(),
                    protocol.presharedKey(it.protocol()).copy(),
                    it.configuredEndpoint(),
                    List.copyOf(it.prefixes),
                    Duration.ofNanos(it.protocol().persistentKeepaliveNs()),
                    peers.access(it.publicKey())))
        .toList();
  }

  /** Traffic of one session, in bytes, after which it is renewed. */
  public void renewAfter(long bytes) {
    protocol.renewAfter(bytes);
  }

  /** Whether packets between peers stay in userspace. */
  public void relay(boolean on) {
    if (on) {
      // Anew each time: an address of this machine may have come or gone.
      tables.setRelayTargets(prefixes.relayTargets(localAddresses()));
    }
    tables.setRelay(on);
  }

  private void moveTo(PeerEntry entry, Endpoint endpoint) {
    protocol.changeEndpoint(entry.protocol(), endpoint, clock.nowNs());
  }

  private void lookUp(HostPort name, NamedEndpoint.Answer answer) {
    resolver.lookUp(name, found -> thread.execute(() -> answer.found(found)));
  }

  /** Begins an edit. */
  public DeviceEdit edit() {
    return new DeviceEdit(this, protocol, peers, prefixes, publicKey());
  }

  /** Makes an edit's changes. */
  public void commit(DeviceEdit edit) {
    edit.commit(clock.nowNs());
  }

  /** What the maximum segment size of TCP connections is lowered to from now on. */
  public void clampMss(MssClamp clamp) {
    if (clamp.equals(MssClamp.AUTO)) {
      tables.setMssClamp(ForwardingTables.MSS_OF_MTU);
    } else if (clamp.equals(MssClamp.OFF)) {
      tables.setMssClamp(ForwardingTables.MSS_AS_IT_IS);
    } else {
      tables.setMssClamp(clamp.bytes());
    }
  }

  void publishPrefixes() {
    if (tables.relay()) {
      tables.setRelayTargets(prefixes.relayTargets(localAddresses()));
    }
    tables.setAllowedIps(prefixes.allowedIps());
  }

  /** Those of every interface, the tunnel's included, as far as they can be listed. */
  private List<InetAddress> localAddresses() {
    try {
      localAddresses =
          NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).toList();
    } catch (SocketException e) {
      LOG.warn("this host's addresses cannot be listed; the relay goes by the earlier ones", e);
    }
    return localAddresses;
  }

  /** A peer that was removed leaves nothing. */
  void forget(PeerEntry entry, long nowNs) {
    events.onRemoved(entry, nowNs);
    memory.forget(entry.publicKey());
  }

  /** Tells a listener of the peers that are there, and of all that come and go from now on. */
  public void listen(PeerListener listener) {
    events.listen(listener);
  }

  void changeIdentity(StaticIdentity changed, long nowNs) {
    protocol.changeIdentity(changed, nowNs);
    eraseIdentity();
    identity = changed;
  }

  private void eraseIdentity() {
    if (identity != null) {
      identity.close();
      identity = null;
    }
  }

  /** Handshake messages go through these sockets from now on. */
  public void useSockets(UdpSocketPair sockets) {
    sender.use(sockets);
  }

  /** The link is up: peers are spoken to. */
  public void localUp() {
    protocol.onLocalUp(clock.nowNs());
  }

  /** The link is down: all sessions are erased. */
  public void localDown() {
    long nowNs = clock.nowNs();
    protocol.onLocalDown(nowNs);
    events.onLinkDown(nowNs);
  }

  // From one process of a gateway to the next; no worker runs meanwhile.

  /** What the next process goes on from, the caller's to erase. Control thread. */
  public DeviceTransfer transfer() {
    loop.takeReports();
    return new DeviceTransfer(
        publicKey(), timestamps.last(), protocol.copyCookieSecret(), handover.parts());
  }

  /**
   * Something like {@link #transfer}, to be thrown away, that no worker has to stand still for:
   * what is done for the first time takes a hundred times as long. The caller erases it.
   */
  public DeviceTransfer rehearsal() {
    handover.rehearseAdoption();
    return new DeviceTransfer(
        publicKey(), timestamps.last(), protocol.copyCookieSecret(), handover.rehearsal());
  }

  /**
   * Goes on from what another process left, with the peers that are configured. Before {@link
   * #start}.
   *
   * @return what is to be done once the threads run, on the control thread
   */
  public Runnable adopt(DeviceTransfer from) {
    timestamps.startAbove(from.timestamp());
    memory.sent(from.timestamp());
    if (!from.publicKey().equals(publicKey())) {
      LOG.warn("the private key is another one: peers begin with new handshakes");
      return this::localUp;
    }
    if (from.cookies() != null) {
      protocol.adopt(from.cookies());
    }
    Map<PeerProtocol, PeerEntry> adopted = handover.adopt(from.peers());
    // Of those, too, that begin with a handshake: a recorded initiation is not answered again.
    for (DeviceTransfer.PeerPart part : from.peers()) {
      PeerEntry entry = peers.byKey(part.publicKey());
      if (entry != null) {
        if (!adopted.containsKey(entry.protocol())) {
          protocol.restoreTimestamp(entry.protocol(), part.protocol().greatestTimestamp());
        }
        remember(entry);
      }
    }
    return () -> {
      protocol.onTakenOver(adopted.keySet(), clock.nowNs());
      handover.goOn(adopted.values());
    };
  }

  private void remember(PeerEntry entry) {
    byte[] timestamp = protocol.transfer(entry.protocol()).greatestTimestamp();
    memory.answered(entry.publicKey(), timestamp);
    Endpoint endpoint = entry.protocol().endpoint();
    if (endpoint != null) {
      memory.learned(entry.publicKey(), endpoint, entry.configuredEndpointText());
    }
  }

  /** Another process has the sessions: their keys are erased here. Control thread. */
  public void eraseKeys() {
    handover.eraseKeys();
    eraseIdentity();
  }

  /**
   * Another process may have used the sessions: they are never used here again, and every peer
   * begins with a new handshake. Control thread.
   */
  public void forgetSessions() {
    localDown();
    localUp();
  }

  // What there is, on the control thread.

  /** Our own, or null without a private key. */
  public PublicKey publicKey() {
    return identity == null ? null : identity.publicKey();
  }

  /** Our own, the caller's to close, or null. */
  public PrivateKey copyPrivateKey() {
    return identity == null ? null : identity.copyPrivateKey();
  }

  /**
   * Copies of all preshared keys by the peers' public keys in base64, the caller's to close; peers
   * without one are absent.
   */
  public Map<String, PresharedKey> copyPresharedKeys() {
    Map<String, PresharedKey> copies = new HashMap<>();
    for (PeerEntry entry : peers.entries()) {
      PresharedKey key = protocol.presharedKey(entry.protocol());
      if (!key.isNone()) {
        copies.put(entry.publicKey().toBase64(), key.copy());
      }
    }
    return copies;
  }

  /** All peers, in the order in which they were added. */
  public List<PeerSnapshot> peers() {
    return peers.entries().stream()
        .map(it -> PeerSnapshot.of(it, !protocol.presharedKey(it.protocol()).isNone()))
        .toList();
  }

  /** Where the peers are that were heard of. */
  public List<Endpoint> endpoints()
      throws InterruptedException, TimeoutException, ExecutionException {
    return thread.call(
        () ->
            peers.entries().stream()
                .map(entry -> entry.peer().endpoint())
                .filter(Objects::nonNull)
                .toList(),
        ANSWER_WITHIN_MS);
  }

  /** The {@link Thread#threadId} of the control thread. */
  public long threadId() {
    return thread.threadId();
  }

  /** Where the peers are whose endpoints are known, and how much went there. Any thread. */
  public List<PathUse> pathUses() {
    List<PathUse> uses = new ArrayList<>();
    for (PeerReading reading : peers.roster()) {
      Endpoint endpoint = reading.peer().endpoint();
      if (endpoint != null) {
        uses.add(new PathUse(endpoint, reading.peer().sentBytes()));
      }
    }
    return uses;
  }

  /** Packets that the kernel dropped before the workers read them, a second old. Any thread. */
  public long tunDropped() {
    return tunDropped;
  }

  /** How often peers came online and went offline, by label. Any thread. */
  public Map<String, Long> presence() {
    return events.counts();
  }

  /** What the control thread counts. Any thread. */
  public ControlCounters ownCounters() {
    return counters;
  }

  /** All peers as of the latest edit; the same object until the next. Any thread. */
  public List<PeerReading> roster() {
    return peers.roster();
  }

  /** What was dropped, by label; reasons that never happened are absent. */
  public Map<String, Long> drops() {
    Map<String, Long> drops = new LinkedHashMap<>();
    for (DropReason reason : DropReason.values()) {
      putUnlessZero(drops, reason.label(), workers.sum(reason));
    }
    for (HandshakeDrop reason : HandshakeDrop.values()) {
      putUnlessZero(drops, "handshake_" + reason.label(), counters.get(reason));
    }
    putUnlessZero(drops, "handshake_unsent", counters.get(ControlCounter.MESSAGES_UNSENT));
    putUnlessZero(drops, OverflowWatch.TUN_QUEUE_FULL, tunDropped);
    return drops;
  }

  private Map<String, Long> latestDrops() {
    tunDropped = tunDrops.getAsLong();
    return drops();
  }

  private static void putUnlessZero(Map<String, Long> map, String label, long value) {
    if (value != 0) {
      // A worker's queue and the control thread's may share a label.
      map.merge(label, value, Long::sum);
    }
  }

  /** Everything else that is counted, by label. Any thread. */
  public Map<String, Long> counters() {
    Map<String, Long> all = new LinkedHashMap<>();
    for (Counter counter : Counter.values()) {
      all.put(counter.label(), workers.sum(counter));
    }
    for (ControlCounter counter : ControlCounter.values()) {
      all.put(counter.label(), counters.get(counter));
    }
    all.putAll(events.counts());
    return all;
  }

  /** To whom packets to an address go, and how that peer is; null for nobody. */
  public PeerFacts destination(InetAddress address) {
    return new DestinationReader(prefixes, clock.nowNs()).read(address);
  }

  /** What only a developer wants to know, a line each. */
  public List<String> dump() {
    return StateDump.of(workers, protocol, peers, clock.nowNs());
  }

  /** Retires all sessions and ends the thread; the workers still have to erase the keys. */
  public void stop() throws InterruptedException {
    resolver.close();
    thread.execute(this::close);
    thread.stop();
  }

  private void close() {
    protocol.close();
    eraseIdentity();
  }

  /** After the workers ended. */
  public void free() {
    sender.close();
  }
}
