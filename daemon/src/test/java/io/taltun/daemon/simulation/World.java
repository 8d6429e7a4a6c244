package io.taltun.daemon.simulation;

import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.simulation.Tally.Event;
import io.taltun.dataplane.udp.Endpoint;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Devices, the network between them and what befalls both, from one seed: a storm, calm weather in
 * which everybody finds everybody within the protocol's bound and nothing is lost, sometimes
 * silence in which everything is forgotten, and again.
 */
final class World {
  private static final long S = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST_HOSTS = 5;

  /** Between the limits of REKEY_AFTER_MESSAGES and REJECT_AFTER_MESSAGES. */
  private static final long REKEY_AFTER_MESSAGES = 1L << 60;

  private static final long REJECT_AFTER_MESSAGES = -(1L << 13) - 1;

  final long seed;
  final Flaw flaw;
  final Schedule schedule = new Schedule();
  final Tally tally = new Tally();
  final SplittableRandom random;
  final Trace trace;
  final Primitives primitives;
  final int hostCount;
  final NonceWatch nonces;
  final Ledger ledger;
  final Network network;
  final Configuration configuration;
  final Attacker attacker;
  final Host[] hosts;
  final Traffic[][] traffic;
  final long rekeyAfterBytes;

  /** How late the control thread may be with a worker's report. */
  final long controlDelayNs;

  /** Nothing disturbs: what is due is done, what is sent arrives. */
  boolean calm;

  long calmSinceNs;

  /** Whether some sessions begin just before a limit of messages. */
  boolean countersMoved;

  private final SplittableRandom counters;

  World(long seed, Primitives primitives, Flaw flaw, boolean traced, boolean printed) {
    this.seed = seed;
    this.flaw = flaw;
    this.primitives = primitives;
    random = new SplittableRandom(seed);
    trace = new Trace(schedule, traced, printed);
    hostCount = random.nextInt(5) < 4 ? 2 : random.nextInt(3, MOST_HOSTS + 1);
    rekeyAfterBytes = random.nextInt(5) == 0 ? random.nextLong(1_000, 20_000) : 0;
    controlDelayNs = random.nextInt(3) == 0 ? random.nextLong(1, S / 50) : 0;
    counters = random.split();
    nonces = new NonceWatch(hostCount);
    ledger = new Ledger(hostCount);
    network = new Network(this, hostCount);
    attacker = new Attacker(this);
    network.observer(attacker);
    hosts = new Host[hostCount];
    for (int i = 0; i < hostCount; i++) {
      hosts[i] = new Host(this, i);
    }
    configuration = new Configuration(this, random.nextBoolean());
    traffic = new Traffic[hostCount][hostCount];
    for (Host host : hosts) {
      network.place(host, Endpoint.ofIpv4(0xc000_0201 + host.number, 51820));
    }
    for (Host from : hosts) {
      for (Host to : hosts) {
        traffic[from.number][to.number] = new Traffic(this, from, to);
      }
    }
  }

  /** Runs for so long, in whole episodes. */
  void run(long durationNs) {
    for (Host host : hosts) {
      for (Host other : hosts) {
        configuration.persistentKeepaliveNs(
            host.number, other.number, Misfortunes.someKeepaliveNs(random));
      }
    }
    for (Host host : hosts) {
      host.start();
    }
    Episode episode = new Episode(this);
    while (schedule.nowNs() < durationNs) {
      episode.run();
    }
    for (Host host : hosts) {
      host.stop();
    }
    requireJitter();
    tally.count(Event.WORLDS);
    tally.add(Event.EVENTS, schedule.ran());
    tally.simulated(schedule.nowNs());
  }

  /**
   * Retries come evenly spread over REKEY_TIMEOUT_JITTER after REKEY_TIMEOUT (trap 18), so their
   * mean is in the middle.
   */
  private void requireJitter() {
    if (tally.jittered() >= 100
        && Math.abs(tally.meanJitterMs() - 333 / 2.0)
            > 10 * 333 / Math.sqrt(12 * tally.jittered())) {
      throw new Violation("retries come %.0f ms late on average".formatted(tally.meanJitterMs()));
    }
  }

  /** What a new session's send counter begins with. */
  long firstCounter() {
    if (!countersMoved || counters.nextInt(4) != 0) {
      return 0;
    }
    tally.count(Event.COUNTERS_MOVED);
    long limit = counters.nextBoolean() ? REKEY_AFTER_MESSAGES : REJECT_AFTER_MESSAGES;
    return limit - counters.nextInt(20);
  }
}
