package io.taltun.daemon.simulation;

import java.util.SplittableRandom;

/** Packets from one device to another, in one of several ways; changed at any time. */
final class Traffic {
  private static final long MS = 1_000_000;
  private static final long S = 1_000 * MS;

  /** How packets follow each other. */
  enum Pattern {
    IDLE,
    /** Minutes apart, often longer than a session lives. */
    RARE,
    /** A minute apart or less. */
    SPARSE,
    /** Every few seconds. */
    STEADY,
    /** Tens of packets, then a pause. */
    BURSTS,
    /** As a game sends, for some seconds, then a longer pause. */
    GAME,
    /** Every half second: for finding out whether packets pass. */
    PROBING
  }

  private final World world;
  private final Host from;
  private final Host to;
  private final SplittableRandom random;
  private Pattern pattern = Pattern.IDLE;
  private int generation;
  private int leftInBurst;

  Traffic(World world, Host from, Host to) {
    this.world = world;
    this.from = from;
    this.to = to;
    random = world.random.split();
  }

  void change(Pattern changed) {
    pattern = changed;
    generation++;
    leftInBurst = 0;
    if (changed != Pattern.IDLE) {
      schedule(changed == Pattern.PROBING ? random.nextLong(S / 2) : random.nextLong(5 * S));
    }
  }

  private void schedule(long delayNs) {
    int scheduledIn = generation;
    world.schedule.after(
        delayNs,
        () -> {
          if (scheduledIn == generation) {
            from.send(to);
            schedule(pauseNs());
          }
        });
  }

  private long pauseNs() {
    return switch (pattern) {
      case RARE -> exponential(240 * S);
      case SPARSE -> exponential(30 * S);
      case STEADY -> random.nextLong(S, 8 * S);
      case BURSTS -> inBurst(25) ? random.nextLong(20 * MS) : exponential(60 * S);
      case GAME -> inBurst(400) ? 50 * MS + random.nextLong(MS) : exponential(1200 * S);
      case PROBING -> S / 2 + random.nextLong(MS);
      case IDLE -> throw new AssertionError("nothing is scheduled");
    };
  }

  private boolean inBurst(int most) {
    if (leftInBurst == 0) {
      leftInBurst = 1 + random.nextInt(most);
    }
    return --leftInBurst > 0;
  }

  private long exponential(long meanNs) {
    return (long) (-Math.log(1 - random.nextDouble()) * meanNs);
  }
}
