package io.taltun.daemon.control;

/**
 * Bounds work that nobody vouches for to a share of one CPU: a bucket of CPU time that fills with
 * the time that passes. Control thread only.
 */
final class WorkShare {
  private final int oneIn;
  private final long burstNs;
  private long leftNs;
  private long filledNs;

  /**
   * Begins full.
   *
   * @param oneIn 2 is half of a CPU
   * @param burstNs what may be spent at once
   */
  WorkShare(int oneIn, long burstNs, long nowNs) {
    this.oneIn = oneIn;
    this.burstNs = burstNs;
    leftNs = burstNs;
    filledNs = nowNs;
  }

  /** Whether something is left. */
  boolean available(long nowNs) {
    long gainNs = (nowNs - filledNs) / oneIn;
    leftNs = Math.min(burstNs, leftNs + gainNs);
    // What the division left over counts the next time.
    filledNs += gainNs * oneIn;
    return leftNs > 0;
  }

  /** May spend more than is left: it is missing later. */
  void spend(long cpuNs) {
    leftNs -= cpuNs;
  }

  /** How long after the latest {@link #available} something is left again; 0 when something is. */
  long availableInNs() {
    return leftNs > 0 ? 0 : (1 - leftNs) * oneIn;
  }
}
