package io.taltun.daemon.simulation;

import io.taltun.daemon.simulation.Tally.Event;
import io.taltun.daemon.simulation.Traffic.Pattern;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.udp.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** A storm, its end, recovery, calm, and now and then silence; run again and again. */
final class Episode {
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long S = TimeUnit.SECONDS.toNanos(1);

  // Whitepaper, section 6.1; and the jitter of a retry.
  private static final long RETRY_NS = 5 * S + S / 3;
  private static final long REKEY_AFTER_NS = 120 * S;
  private static final long NEW_HANDSHAKE_NS = 15 * S + S / 3;
  private static final long ERASE_NS = 3 * 180 * S;
  private static final long ATTEMPT_NS = 90 * S;

  /** The probing begins within, a sample is taken within, and the network takes its time. */
  private static final long LATENESS_NS = 3 * S;

  /**
   * Without any data only the end of a session shows that the other side has lost it: the next
   * keepalive renews it then. An attempt that was given up is tried again after two minutes and an
   * eighth.
   */
  private static final long LONGEST_KEEPALIVE_NS = 65 * S;

  private static final long KEPT_RECOVERY_NS = 180 * S + LONGEST_KEEPALIVE_NS + 135 * S + 20 * S;

  /**
   * A device sends into a session that the other side has lost. That no answer comes is noticed 15
   * s after the first packet, as long as no attempt is under way. If one is, it repeats itself
   * within a retry's time; or it is given up before and the 15 s begin with the next packet. The
   * handshake waits until 5 s have passed since the last one.
   */
  private static final long RECOVERY_NS = RETRY_NS + NEW_HANDSHAKE_NS + RETRY_NS + LATENESS_NS;

  /**
   * Under load the first initiation earns a cookie, the second an answer that earns one, and the
   * third passes; a cookie may have aged meanwhile.
   */
  private static final long LOADED_RECOVERY_NS = RECOVERY_NS + 4 * RETRY_NS;

  private final World world;
  private final SplittableRandom random;
  private final Misfortunes misfortunes;

  Episode(World world) {
    this.world = world;
    random = world.random.split();
    misfortunes = new Misfortunes(world);
  }

  private record Pair(Host low, Host high) {}

  void run() {
    storm();
    mend();
    List<Pair> pairs = pairs();
    recover(pairs);
    calm(pairs);
    if (random.nextInt(4) == 0) {
      silence();
    }
  }

  private List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (Host low : world.hosts) {
      for (Host high : world.hosts) {
        if (low.number < high.number && world.configuration.peers(low.number, high.number)) {
          pairs.add(new Pair(low, high));
        }
      }
    }
    return pairs;
  }

  // Storm.

  private void storm() {
    world.trace.begin("storm");
    long forNs = logUniform(5 * S, 2400 * S);
    long endNs = world.schedule.nowNs() + forNs;
    world.network.weather(Weather.stormy(random));
    world.countersMoved = random.nextInt(4) == 0;
    changeAllTraffic();
    long strikeEveryNs = forNs / (1 + random.nextInt(16));
    long attackEveryNs = random.nextBoolean() ? logUniform(100 * MS, 60 * S) : forNs;
    boolean[] over = {false};
    repeat(over, strikeEveryNs, misfortunes::strike);
    repeat(over, attackEveryNs, () -> world.attacker.act(false));
    world.schedule.runUntil(endNs);
    over[0] = true;
    world.countersMoved = false;
  }

  private void repeat(boolean[] over, long everyNs, Runnable action) {
    world.schedule.after(
        random.nextLong(2 * everyNs),
        () -> {
          if (!over[0]) {
            action.run();
            repeat(over, everyNs, action);
          }
        });
  }

  private void changeAllTraffic() {
    for (Pair pair : pairs()) {
      misfortunes.traffic(pair.low, pair.high);
      misfortunes.traffic(pair.high, pair.low);
    }
  }

  // Everybody is up, configured alike, and who has to know an address knows it.

  private void mend() {
    world.trace.begin("mended");
    world.network.mend();
    world.network.weather(Weather.fair(random));
    for (Host host : world.hosts) {
      if (!host.awake()) {
        host.resume();
      }
      misfortunes.restartLater(host);
      if (!host.linkUp()) {
        host.linkUpAgain();
      }
      if (host.underLoad != (random.nextInt(8) == 0)) {
        misfortunes.load(host);
      }
    }
    for (Pair pair : pairs()) {
      stop(pair);
      agree(pair.low, pair.high);
      agree(pair.high, pair.low);
    }
    if (random.nextBoolean()) {
      world.network.forget();
    } else {
      world.schedule.runFor(Weather.STRAY_NS);
    }
    world.attacker.forgetRecordings();
    for (Pair pair : pairs()) {
      if (!pair.low.address.equals(endpoint(pair.high, pair.low))) {
        pair.high.changeEndpoint(pair.low);
      }
    }
  }

  private void agree(Host host, Host other) {
    Configuration files = world.configuration;
    boolean otherKey = files.tellKey(host.number, other.number);
    boolean otherPresharedKey = files.tellPresharedKey(host.number, other.number);
    if (host.remotes[other.number] != null && otherKey) {
      host.removePeer(other);
    }
    if (host.remotes[other.number] == null) {
      host.addPeer(other);
    } else if (otherPresharedKey) {
      host.changePresharedKey(other);
    }
  }

  private static Endpoint endpoint(Host host, Host other) {
    return host.remotes[other.number].peer.endpoint();
  }

  private void stop(Pair pair) {
    world.traffic[pair.low.number][pair.high.number].change(Pattern.IDLE);
    world.traffic[pair.high.number][pair.low.number].change(Pattern.IDLE);
  }

  // Recovery.

  /** Whoever knows the other's address can begin; the way back works soon after. */
  private void recover(List<Pair> pairs) {
    world.trace.begin("recovery");
    if (random.nextInt(8) == 0) {
      world.schedule.runFor(KEPT_RECOVERY_NS);
      pairs.forEach(this::requireKept);
    }
    List<Probe> probes = new ArrayList<>();
    for (Pair pair : pairs) {
      boolean lowKnows = pair.high.address.equals(endpoint(pair.low, pair.high));
      int mode = random.nextInt(3);
      if (mode != 1 || !lowKnows) {
        probes.add(probe(pair.high, pair.low));
      }
      if (mode != 2) {
        probes.add(probe(pair.low, pair.high));
      }
    }
    await(probes);
    for (Pair pair : pairs) {
      probes.add(probe(pair.high, pair.low));
      probes.add(probe(pair.low, pair.high));
    }
    await(probes);
    for (Pair pair : pairs) {
      stop(pair);
    }
  }

  /**
   * A persistent keepalive alone brings a tunnel back, and the first packet passes at once; where a
   * device is under load, after the initiations that cookies cost.
   */
  private void requireKept(Pair pair) {
    long intervalNs = pair.high.remotes[pair.low.number].persistentKeepaliveNs;
    if (intervalNs == 0 || intervalNs > LONGEST_KEEPALIVE_NS) {
      return;
    }
    // A datagram of the storm may have arrived late, and from where the attacker sent it on.
    if (!pair.low.address.equals(endpoint(pair.high, pair.low))) {
      return;
    }
    int packet = world.ledger.sent(pair.high.number, pair.low.number);
    pair.high.send(pair.low);
    // A renewal that is answered with a cookie first may end after the session did.
    boolean loaded = pair.high.underLoad || pair.low.underLoad;
    long cookieNs = loaded ? 4 * RETRY_NS : 0;
    world.schedule.runFor(cookieNs + 2 * world.network.weather().mostDelayNs());
    if (!world.ledger.deliveredSince(pair.high.number, pair.low.number, packet)) {
      throw new Violation(
          "device %d did not keep its tunnel to device %d"
              .formatted(pair.high.number, pair.low.number));
    }
  }

  private void await(List<Probe> probes) {
    long beganNs = world.schedule.nowNs();
    while (!probes.isEmpty()) {
      world.schedule.runFor(100 * MS);
      probes.removeIf(probe -> recovered(probe, beganNs));
    }
  }

  private static final class Probe {
    final Host from;
    final Host to;
    final int number;

    /** It was half a tunnel for so long. */
    long wholeNs;

    Probe(Host from, Host to, int number) {
      this.from = from;
      this.to = to;
      this.number = number;
    }
  }

  private Probe probe(Host from, Host to) {
    world.traffic[from.number][to.number].change(Pattern.PROBING);
    return new Probe(from, to, world.ledger.sent(from.number, to.number));
  }

  /**
   * What is sent goes under a session that the other side lost in a restart, after it had answered
   * and before that answer came; what is received comes under the session of both before it. Only
   * the renewal ends that, with the kernel, too: that no answer comes is not noticed where
   * something comes.
   */
  private static boolean isHalf(Probe probe) {
    Keypairs keypairs = probe.from.remotes[probe.to.number].peer.keypairs();
    return keypairs.current() != null
        && probe.to.session(keypairs.current().remoteIndex()) == null
        && keypairs.previous() != null
        && probe.to.session(keypairs.previous().remoteIndex()) != null;
  }

  private boolean recovered(Probe probe, long beganNs) {
    long tookNs = world.schedule.nowNs() - beganNs;
    if (world.ledger.deliveredSince(probe.from.number, probe.to.number, probe.number)) {
      world.tally.recovered(tookNs);
      return true;
    }
    boolean loaded = probe.from.underLoad || probe.to.underLoad;
    if (isHalf(probe) && tookNs < REKEY_AFTER_NS) {
      probe.wholeNs = tookNs;
    }
    if (tookNs - probe.wholeNs > (loaded ? LOADED_RECOVERY_NS : RECOVERY_NS)) {
      throw new Violation(
          "device %d does not reach device %d, %.1f s after the storm"
              .formatted(probe.from.number, probe.to.number, tookNs / 1e9));
    }
    return false;
  }

  // Calm.

  private void calm(List<Pair> pairs) {
    world.trace.begin("calm");
    long forNs = logUniform(30 * S, 4 * 3600 * S);
    world.calm = true;
    world.calmSinceNs = world.schedule.nowNs();
    for (Pair pair : pairs) {
      expectAll(pair);
      pair.low.remotes[pair.high.number].initiations = 0;
      pair.high.remotes[pair.low.number].initiations = 0;
    }
    boolean[] over = {false};
    long attackEveryNs = random.nextBoolean() ? logUniform(S, 600 * S) : forNs;
    repeat(over, attackEveryNs, () -> world.attacker.act(true));
    long beganNs = world.schedule.nowNs();
    while (world.schedule.nowNs() - beganNs < forNs) {
      changeAllTraffic();
      world.schedule.runFor(Math.min(forNs, logUniform(20 * S, 1200 * S)));
      if (random.nextInt(4) == 0) {
        roam(pairs);
      }
    }
    drain(pairs);
    over[0] = true;
    world.calm = false;
    long tookNs = world.schedule.nowNs() - beganNs;
    world.tally.add(Event.CALM_SECONDS, tookNs / S);
    for (Pair pair : pairs) {
      requireCalm(pair.low, pair.high, tookNs);
      requireCalm(pair.high, pair.low, tookNs);
    }
  }

  private void expectAll(Pair pair) {
    world.ledger.expectAll(pair.low.number, pair.high.number);
    world.ledger.expectAll(pair.high.number, pair.low.number);
  }

  /** Nobody sends any more, and everything arrives. */
  private void drain(List<Pair> pairs) {
    for (Pair pair : pairs) {
      stop(pair);
    }
    world.schedule.runFor(LOADED_RECOVERY_NS);
    for (Pair pair : pairs) {
      world.ledger.requireAll(pair.low.number, pair.high.number);
      world.ledger.requireAll(pair.high.number, pair.low.number);
    }
  }

  /** Trap 12: the first packet that arrives from another place is enough to be found there. */
  private void roam(List<Pair> pairs) {
    drain(pairs);
    Host roaming = world.hosts[random.nextInt(world.hostCount)];
    misfortunes.roam(roaming);
    for (Host other : world.hosts) {
      if (world.configuration.peers(roaming.number, other.number)) {
        requireFound(roaming, other);
      }
    }
    world.schedule.runFor(LOADED_RECOVERY_NS);
    for (Pair pair : pairs) {
      expectAll(pair);
    }
  }

  private void requireFound(Host roaming, Host by) {
    int packet = world.ledger.sent(roaming.number, by.number);
    roaming.send(by);
    world.schedule.runFor(2 * world.network.weather().mostDelayNs() + world.controlDelayNs);
    if (world.ledger.deliveredSince(roaming.number, by.number, packet)
        && !roaming.address.equals(endpoint(by, roaming))) {
      throw new Violation(
          "device %d roamed, and device %d did not follow".formatted(roaming.number, by.number));
    }
  }

  /** A session served for as long as it may. */
  private void requireCalm(Host from, Host to, long tookNs) {
    boolean loaded = from.underLoad || to.underLoad;
    long most = 2 + tookNs / (115 * S);
    int initiations = from.remotes[to.number].initiations;
    if (world.rekeyAfterBytes == 0 && initiations > (loaded ? 4 * most : most)) {
      throw new Violation(
          "%d initiations of device %d in %d s of calm"
              .formatted(initiations, from.number, tookNs / S));
    }
  }

  // Silence.

  private void silence() {
    world.trace.begin("silence");
    for (Pair pair : pairs()) {
      keepAlive(pair.low, pair.high, 0);
      keepAlive(pair.high, pair.low, 0);
    }
    world.schedule.runFor(ERASE_NS + ATTEMPT_NS + NEW_HANDSHAKE_NS + RETRY_NS);
    for (Host host : world.hosts) {
      host.requireEmpty();
      if (host.timerArmed()) {
        throw new Violation("device %d has a timer armed in silence".formatted(host.number));
      }
    }
    world.tally.count(Event.QUIET_CHECKS);
    for (Pair pair : pairs()) {
      keepAlive(pair.low, pair.high, Misfortunes.someKeepaliveNs(random));
      keepAlive(pair.high, pair.low, Misfortunes.someKeepaliveNs(random));
    }
  }

  private void keepAlive(Host host, Host other, long intervalNs) {
    world.configuration.persistentKeepaliveNs(host.number, other.number, intervalNs);
    host.changePersistentKeepalive(other, intervalNs);
  }

  private long logUniform(long leastNs, long mostNs) {
    return (long) (leastNs * Math.pow((double) mostNs / leastNs, random.nextDouble()));
  }
}
