package io.taltun.daemon.peer;

/**
 * What the workers saw of one peer's transport messages so far. Times are those of the control
 * thread's clock, {@link #NEVER} for what has not happened; all that is received is authenticated.
 *
 * @param lastDataSentNs the latest message with a packet inside that was sent
 * @param lastDataReceivedNs the latest message with a packet inside that was received; keepalives
 *     do not count
 * @param lastAnySentNs the latest message that was sent
 * @param lastAnyReceivedNs the latest message that was received
 * @param totalBytes sent and received over all sessions
 * @param sendCounter the next counter of the current session, unsigned
 */
public record TrafficSample(
    long lastDataSentNs,
    long lastDataReceivedNs,
    long lastAnySentNs,
    long lastAnyReceivedNs,
    long totalBytes,
    long sendCounter) {

  /** A time that has not come yet. */
  public static final long NEVER = Long.MIN_VALUE;

  /** Nothing was sent or received. */
  public static final TrafficSample NONE = new TrafficSample(NEVER, NEVER, NEVER, NEVER, 0, 0);

  /** Whether {@code timeNs} happened, and later than {@code otherNs} if that happened. */
  static boolean isAfter(long timeNs, long otherNs) {
    return timeNs != NEVER && (otherNs == NEVER || timeNs - otherNs > 0);
  }
}
