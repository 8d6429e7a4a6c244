package io.taltun.daemon.simulation;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.wire.MessageType;
import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.daemon.peer.PeerSettings;
import io.taltun.daemon.peer.TrafficSample;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.udp.Endpoint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A device: the real protocol and sessions between a simulated network and simulated packets. What
 * ControlLoop and TrafficSampler do is done here, with their intervals.
 */
final class Host {
  private static final long BUSY_SAMPLE_NS = 100_000_000;
  private static final long QUIET_SAMPLE_NS = 500_000_000;

  /** Datagrams that a stalled machine's socket keeps. */
  private static final int SOCKET_BUFFER = 200;

  final World world;
  final int number;
  final HostClock clock;
  final Remote[] remotes;

  /** Written by the network. */
  Endpoint address;

  boolean underLoad;

  private final SplittableRandom random;
  private final RandomGenerator protocolRandom;
  private final Primitives primitives;
  private final Deque<Runnable> reports = new ArrayDeque<>();
  private final Deque<Datagram> socket = new ArrayDeque<>();
  private HostActions actions;
  private Worker worker;
  private DeviceProtocol protocol;
  private Tai64n timestamps;
  private StaticIdentity identity;
  private long keyEpoch;
  private boolean running;
  private boolean awake = true;
  private boolean linkUp;
  private boolean stalled;
  private long suspendedNs;
  private boolean reportsScheduled;
  private long nextPollNs = Long.MAX_VALUE;

  Host(World world, int number) {
    this.world = world;
    this.number = number;
    random = world.random.split();
    SplittableRandom keys = world.random.split();
    protocolRandom = world.flaw == Flaw.NO_JITTER ? new WithoutJitter(keys) : keys;
    clock = new HostClock(world.schedule, random.nextLong(-600_000_000_000L, 1L << 50));
    Primitives engines = world.primitives;
    primitives =
        new Primitives(
            world.nonces.watched(engines.aead(), number),
            engines.x25519(),
            engines.blake2s(),
            engines.xchacha20Poly1305(),
            engines.note());
    remotes = new Remote[world.hostCount];
    timestamps = new Tai64n(clock);
  }

  private record WithoutJitter(RandomGenerator random) implements RandomGenerator {
    @Override
    public long nextLong() {
      return random.nextLong();
    }

    @Override
    public long nextLong(long bound) {
      return 0;
    }
  }

  long bootNs() {
    return clock.nowNs();
  }

  /** Counts the static keys that this device has had. */
  long keyEpoch() {
    return keyEpoch;
  }

  boolean active() {
    return running && awake && linkUp;
  }

  boolean running() {
    return running;
  }

  boolean awake() {
    return awake;
  }

  boolean linkUp() {
    return linkUp;
  }

  StaticIdentity identity() {
    return identity;
  }

  Worker worker() {
    return worker;
  }

  Primitives primitives() {
    return primitives;
  }

  Session session(int localIndex) {
    return actions.sessions().get(localIndex);
  }

  SessionRecord record(Session session) {
    return actions.record(session.localIndex());
  }

  // Life.

  /** Begins with the keys and the peers that {@link Configuration} has for it. */
  void start() {
    running = true;
    linkUp = true;
    worker = new Worker(this);
    actions = new HostActions(this, random.split());
    identity = world.configuration.identity(this);
    keyEpoch = world.configuration.keyEpoch(number);
    protocol =
        new DeviceProtocol(
            identity, timestamps, protocolRandom, actions, actions, world.rekeyAfterBytes);
    for (Host other : world.hosts) {
      if (world.configuration.peers(number, other.number)) {
        addPeer(other);
      }
    }
    protocol.onLocalUp(bootNs());
    settle();
  }

  /** The process ends; nothing of it may stay. */
  void stop() {
    running = false;
    reports.clear();
    socket.clear();
    protocol.close();
    actions.requireEmpty();
    identity.close();
    worker.close();
    for (int i = 0; i < remotes.length; i++) {
      remotes[i] = null;
    }
  }

  /** Another process, of another boot, with what the one before left of its timestamps. */
  void restart() {
    timestamps = new Tai64n(clock, timestamps.last());
    clock.restart(random.nextLong(-600_000_000_000L, 1L << 50));
    awake = true;
    stalled = false;
    start();
  }

  /**
   * The machine stops.
   *
   * @param keeping whether its socket takes in what comes meanwhile
   */
  void suspend(boolean keeping) {
    awake = false;
    stalled = keeping;
    suspendedNs = world.schedule.nowNs();
  }

  void resume() {
    long asleepNs = world.schedule.nowNs() - suspendedNs;
    if (world.flaw == Flaw.CLOCK_STOPS_IN_SUSPEND) {
      clock.lose(asleepNs);
    }
    awake = true;
    stalled = false;
    for (Remote remote : remotes) {
      if (remote != null) {
        remote.timers.onResumed(asleepNs);
      }
    }
    if (running) {
      settle();
      while (!socket.isEmpty()) {
        receive(socket.remove());
      }
    }
  }

  void linkDown() {
    linkUp = false;
    actions.during(null, () -> protocol.onLocalDown(bootNs()));
    for (Remote remote : remotes) {
      if (remote != null) {
        remote.timers.onStopped();
      }
    }
    actions.requireEmpty();
    if (timerArmed()) {
      throw new Violation("device %d has a timer armed while its link is down".formatted(number));
    }
  }

  void linkUpAgain() {
    linkUp = true;
    for (Remote remote : remotes) {
      if (remote != null) {
        remote.timers.onConfigured(bootNs());
      }
    }
    protocol.onLocalUp(bootNs());
    settle();
  }

  // Settings.

  void addPeer(Host other) {
    Remote remote =
        new Remote(
            this,
            other,
            world.configuration.publicKey(number, other.number),
            world.configuration.knownKeyEpoch(number, other.number));
    remotes[other.number] = remote;
    remote.presharedKeyEpoch = world.configuration.presharedKeyEpoch(number, other.number);
    remote.persistentKeepaliveNs = world.configuration.persistentKeepaliveNs(number, other.number);
    Endpoint endpoint = world.configuration.endpoint(this, other);
    remote.peer.setEndpoint(endpoint);
    remote.timers.onConfigured(bootNs());
    remote.protocol =
        protocol.addPeer(
            new PeerSettings(
                remote.publicKey,
                presharedKey(other),
                endpoint,
                remote.persistentKeepaliveNs,
                remote),
            bootNs());
    settle();
  }

  void removePeer(Host other) {
    Remote remote = remotes[other.number];
    protocol.removePeer(remote.protocol);
    remote.gone = true;
    remotes[other.number] = null;
    settle();
  }

  void changeIdentity() {
    StaticIdentity before = identity;
    identity = world.configuration.identity(this);
    keyEpoch = world.configuration.keyEpoch(number);
    protocol.changeIdentity(identity, bootNs());
    before.close();
    settle();
  }

  void changePresharedKey(Host other) {
    Remote remote = remotes[other.number];
    remote.presharedKeyEpoch = world.configuration.presharedKeyEpoch(number, other.number);
    protocol.changePresharedKey(remote.protocol, presharedKey(other), bootNs());
    settle();
  }

  private PresharedKey presharedKey(Host other) {
    return PresharedKey.of(world.configuration.presharedKey(number, other.number));
  }

  void changeEndpoint(Host other) {
    Remote remote = remotes[other.number];
    actions.during(null, () -> protocol.changeEndpoint(remote.protocol, other.address, bootNs()));
    settle();
  }

  void changePersistentKeepalive(Host other, long intervalNs) {
    Remote remote = remotes[other.number];
    remote.persistentKeepaliveNs = intervalNs;
    remote.timers.onConfigured(bootNs());
    protocol.changePersistentKeepalive(remote.protocol, intervalNs, bootNs());
    settle();
  }

  // Packets.

  /** A packet from the TUN device. */
  void send(Host to) {
    if (active()) {
      int packet = world.ledger.next(number, to.number);
      if (remotes[to.number] == null) {
        world.ledger.excuse(number, to.number);
      } else {
        worker.send(remotes[to.number], packet);
      }
      settleReports();
    }
  }

  void receive(Datagram datagram) {
    if (!running || !linkUp) {
      return;
    }
    if (!awake) {
      if (stalled && socket.size() < SOCKET_BUFFER) {
        socket.add(datagram);
      }
      return;
    }
    world.trace.mix(datagram.message().number);
    world.trace.add(number, () -> "gets " + datagram);
    if (datagram.type() == MessageType.TRANSPORT_DATA) {
      worker.receive(datagram);
    } else {
      reports.add(() -> handshakeMessage(datagram));
    }
    int addressee = datagram.message().addressee;
    if (datagram.genuine() && (addressee == number || addressee == Message.NOBODY)) {
      datagram.message().arrived = true;
    }
    settleReports();
  }

  /** The one place that gives the protocol what came from the network. */
  private void handshakeMessage(Datagram datagram) {
    byte[] bytes = datagram.bytes();
    actions.during(
        datagram,
        () ->
            protocol.onHandshakeMessage(
                bytes.clone(), bytes.length, datagram.from(), underLoad, bootNs()));
    if (world.flaw == Flaw.ROAMS_ON_COOKIE_REPLY && datagram.type() == MessageType.COOKIE_REPLY) {
      Remote remote = remotes[world.hosts[0] == this ? 1 : 0];
      actions.during(
          datagram, () -> protocol.onEndpointMoved(remote.protocol, datagram.from(), bootNs()));
    }
  }

  // What the worker reports; the control thread gets to it a little later.

  void wantHandshake(Remote remote) {
    if (remote.peer.reportHandshakeWanted()) {
      reports.add(
          () -> {
            remote.handshakeWanted = true;
            sampleSoon(remote);
            remote.timers.onHandshakeWanted(bootNs());
            protocol.onHandshakeWanted(remote.protocol, bootNs());
          });
    }
  }

  void reportConfirmation(int localIndex) {
    reports.add(
        () -> {
          SessionRecord record = actions.record(localIndex);
          if (record != null) {
            protocol.onSessionConfirmed(record.remote.protocol, localIndex, bootNs());
          }
        });
  }

  void reportMove(Remote remote, Datagram datagram, boolean authentic) {
    reports.add(
        () -> {
          actions.duringMove(
              datagram,
              authentic,
              () -> protocol.onEndpointMoved(remote.protocol, datagram.from(), bootNs()));
          remote.peer.clearMove();
        });
  }

  /** The control thread's pass; after whatever happened to the device but packets. */
  private void settle() {
    if (running && awake) {
      while (!reports.isEmpty()) {
        reports.remove().run();
      }
      poll();
    }
  }

  /** After packets: a pass if the worker had something to report, at once or a little later. */
  private void settleReports() {
    if (reports.isEmpty()) {
      return;
    }
    if (world.controlDelayNs == 0) {
      settle();
    } else if (!reportsScheduled) {
      reportsScheduled = true;
      world.schedule.after(
          random.nextLong(world.controlDelayNs),
          () -> {
            reportsScheduled = false;
            settle();
          });
    }
  }

  private void poll() {
    long deadlineNs = protocol.poll(bootNs());
    for (Remote remote : remotes) {
      if (remote != null) {
        remote.timers.look(bootNs());
      }
    }
    if (deadlineNs != DeviceProtocol.NO_DEADLINE) {
      long atNs = clock.trueNs(deadlineNs);
      if (atNs < nextPollNs) {
        nextPollNs = atNs;
        world.schedule.at(atNs, () -> pollAt(atNs));
      }
    }
  }

  private void pollAt(long atNs) {
    if (nextPollNs == atNs) {
      nextPollNs = Long.MAX_VALUE;
      settle();
    }
  }

  /** Whether a timer is armed, as the protocol says. */
  boolean timerArmed() {
    return protocol.poll(bootNs()) != DeviceProtocol.NO_DEADLINE;
  }

  void requireEmpty() {
    actions.requireEmpty();
  }

  // Samples.

  void sampleSoon(Remote remote) {
    if (!remote.sampleScheduled) {
      remote.sampleScheduled = true;
      boolean busy = bootNs() - remote.lastSampleNs < 2 * BUSY_SAMPLE_NS;
      long withinNs = busy ? BUSY_SAMPLE_NS : QUIET_SAMPLE_NS;
      world.schedule.after(random.nextLong(withinNs), () -> sample(remote));
    }
  }

  private void sample(Remote remote) {
    remote.sampleScheduled = false;
    if (!running || remote.gone || remotes[remote.other.number] != remote) {
      return;
    }
    if (!awake) {
      sampleSoon(remote);
      return;
    }
    if (remote.handshakeWanted) {
      remote.handshakeWanted = false;
      remote.peer.clearHandshakeWanted();
    }
    remote.lastSampleNs = bootNs();
    TrafficSample sample = remote.sample();
    remote.timers.onSample();
    if (world.calm) {
      remote.timers.requireDone(bootNs());
    }
    // The sampler asks on and on; what an unchanged sample changes is a renewal that had to wait.
    boolean renewalDue = remote.timers.renewalDue(bootNs());
    if ((remote.changedBy(sample) || renewalDue) && world.flaw != Flaw.TRAFFIC_NOT_SAMPLED) {
      protocol.onTraffic(remote.protocol, flawed(sample), bootNs());
    }
    settle();
    if (renewalDue) {
      sampleSoon(remote);
    }
  }

  private TrafficSample flawed(TrafficSample sample) {
    if (world.flaw != Flaw.REKEYS_ON_AND_ON) {
      return sample;
    }
    return new TrafficSample(
        sample.lastDataSentNs(),
        sample.lastDataReceivedNs(),
        sample.lastAnySentNs(),
        sample.lastAnyReceivedNs(),
        sample.totalBytes(),
        1L << 60);
  }
}
