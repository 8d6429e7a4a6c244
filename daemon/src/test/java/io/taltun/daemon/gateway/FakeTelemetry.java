package io.taltun.daemon.gateway;

import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.control.ControlCounters;
import io.taltun.daemon.control.PeerEvents;
import io.taltun.daemon.control.PeerReading;
import io.taltun.daemon.health.Health;
import io.taltun.daemon.health.Pulse;
import io.taltun.daemon.peer.PeerState;
import io.taltun.dataplane.counter.Batch;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.counter.Histogram;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.udp.Endpoint;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Readings of a gateway with two workers that a test makes up. */
public final class FakeTelemetry implements Telemetry {
  public static final int WORKERS = 2;

  public final List<Counters> counters = List.of(new Counters(), new Counters());
  public final ControlCounters control = new ControlCounters();
  public final ConfigAge configuration =
      new ConfigAge(InstantSource.fixed(Instant.ofEpochMilli(1_763_712_000_250L)));
  public volatile Health health = Health.WELL;
  public volatile List<PeerReading> peers = List.of();

  /** How often it was asked for its peers; by one thread at a time. */
  public volatile int asked;

  private final String name;
  private final List<ControlRing> rings =
      List.of(new ControlRing(() -> {}), new ControlRing(() -> {}));
  private final List<Pulse> pulses =
      List.of(
          new Pulse("taltun-control", Runnable::run),
          new Pulse("taltun-worker-0", Runnable::run),
          new Pulse("taltun-worker-1", Runnable::run));

  public FakeTelemetry(String name) {
    this.name = name;
  }

  /** A peer with the readings that it was made with. */
  public record FakePeer(
      String name,
      PublicKey publicKey,
      List<IpPrefix> allowedIps,
      PeerState state,
      Peer peer,
      long lastHandshakeEpochNs,
      long handshakeRoundTripNs)
      implements PeerReading {}

  /** Peer number {@code i}, which has sent and received. */
  public static FakePeer peer(int i, String name) {
    Peer lanes = new Peer(i, WORKERS);
    for (int worker = 0; worker < WORKERS; worker++) {
      lanes.lane(worker).sent(1, 100 + i, true, 1);
      lanes.lane(worker).received(50 + i, true, 1);
    }
    byte[] key = new byte[PublicKey.LENGTH];
    ByteBuffer.wrap(key).putInt(i);
    return new FakePeer(
        name,
        PublicKey.of(key),
        List.of(
            IpPrefix.parse("10.%d.%d.%d/32".formatted(i >> 16, i >> 8 & 0xff, i & 0xff)),
            IpPrefix.parse("fd99::%x/128".formatted(i + 1))),
        PeerState.ONLINE,
        lanes,
        1_763_712_000_123_456_789L,
        1_500_000);
  }

  /** So many peers of these, all with endpoints. */
  public static List<PeerReading> peers(int count) {
    List<PeerReading> peers = new ArrayList<>();
    IntStream.range(0, count)
        .forEach(
            i -> {
              FakePeer peer = peer(i, "peer-" + i);
              peer.peer().setEndpoint(Endpoint.ofIpv4(0xc000_0200 + i, 51_820));
              peers.add(peer);
            });
    return List.copyOf(peers);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public GatewayModes modes() {
    return new GatewayModes(
        WORKERS,
        "sharded",
        Map.of("udp-gso", "on", "udp-gro", "fallen back: input/output error"),
        "libcrypto/split");
  }

  @Override
  public long uptimeNs() {
    return 90_500_000_000L;
  }

  @Override
  public int mtu() {
    return 1420;
  }

  @Override
  public Health health() {
    return health;
  }

  @Override
  public List<Pulse> pulses() {
    return pulses;
  }

  @Override
  public List<Long> threadIds() {
    long id = Thread.currentThread().threadId();
    return List.of(id, id, id);
  }

  @Override
  public List<PeerReading> peers() {
    asked++;
    return peers;
  }

  @Override
  public ControlCounters control() {
    return control;
  }

  @Override
  public ConfigAge configuration() {
    return configuration;
  }

  @Override
  public int workers() {
    return WORKERS;
  }

  @Override
  public long count(int worker, Counter counter) {
    return counters.get(worker).get(counter);
  }

  @Override
  public Histogram batches(int worker, Batch batch) {
    return counters.get(worker).get(batch);
  }

  @Override
  public int waitingPackets(int worker) {
    return worker;
  }

  @Override
  public ControlRing queues(int worker) {
    return rings.get(worker);
  }

  @Override
  public Map<String, Long> presence() {
    return Map.of(PeerEvents.CAME_ONLINE, 2L, PeerEvents.WENT_OFFLINE, 1L);
  }

  @Override
  public long tunDrops() {
    return 5;
  }

  @Override
  public long drops(DropReason reason) {
    return counters.stream().mapToLong(each -> each.get(reason)).sum();
  }
}
