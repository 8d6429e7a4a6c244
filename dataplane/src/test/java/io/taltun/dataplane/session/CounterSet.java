package io.taltun.dataplane.session;

import java.util.HashSet;
import java.util.Set;

/** A replay window as a set of all counters that were accepted: slow and obvious. */
public final class CounterSet {
  private final Set<Long> seen = new HashSet<>();
  private long greatest;

  /** The greatest counter that was accepted, unsigned; 0 before the first. */
  public long greatest() {
    return greatest;
  }

  /** Whether the window has to accept it now; it is marked then. */
  public boolean accept(long counter) {
    boolean inRange = Long.compareUnsigned(counter, ReplayWindow.REJECT_AFTER_MESSAGES) < 0;
    boolean ahead = Long.compareUnsigned(counter, greatest) > 0;
    boolean tooOld = !ahead && Long.compareUnsigned(greatest - counter, ReplayWindow.SIZE) > 0;
    boolean accepted = inRange && !tooOld && seen.add(counter);
    if (accepted && ahead) {
      greatest = counter;
    }
    return accepted;
  }
}
