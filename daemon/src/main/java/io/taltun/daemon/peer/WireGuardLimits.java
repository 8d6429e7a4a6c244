package io.taltun.daemon.peer;

import java.time.Duration;

/** The protocol's constants. WireGuard whitepaper, section 6.1; times in nanoseconds. */
public final class WireGuardLimits {
  /** A session that has sent this many messages is renewed. */
  public static final long REKEY_AFTER_MESSAGES = 1L << 60;

  /** The first counter, compared unsigned, that is neither sent nor accepted. */
  public static final long REJECT_AFTER_MESSAGES = -(1L << 13) - 1;

  /** The initiator of a session of this age renews it when it sends. */
  public static final long REKEY_AFTER_TIME_NS = Duration.ofSeconds(120).toNanos();

  /** A session of this age is used no more. */
  public static final long REJECT_AFTER_TIME_NS = Duration.ofSeconds(180).toNanos();

  /** An attempt without an answer is given up. */
  public static final long REKEY_ATTEMPT_TIME_NS = Duration.ofSeconds(90).toNanos();

  /** An initiation without a response is repeated, and no two are closer than this. */
  public static final long REKEY_TIMEOUT_NS = Duration.ofSeconds(5).toNanos();

  /** At most this is added to a retry, so that two peers do not stay in step. */
  public static final long REKEY_TIMEOUT_JITTER_NS = Duration.ofMillis(333).toNanos();

  /** Data that was received and not answered for this long is answered by a keepalive. */
  public static final long KEEPALIVE_TIMEOUT_NS = Duration.ofSeconds(10).toNanos();

  /** Data that was sent and not answered for this long calls for a handshake. */
  public static final long NEW_HANDSHAKE_TIME_NS = KEEPALIVE_TIMEOUT_NS + REKEY_TIMEOUT_NS;

  /** The initiator of a session of this age renews it when it receives. */
  public static final long REKEY_ON_RECEIVE_TIME_NS =
      REJECT_AFTER_TIME_NS - KEEPALIVE_TIMEOUT_NS - REKEY_TIMEOUT_NS;

  /** All sessions of a peer that made no new one for this long are erased. */
  public static final long ERASE_AFTER_TIME_NS = 3 * REJECT_AFTER_TIME_NS;

  /** One peer's initiations are answered at most 50 times a second. */
  public static final long INITIATION_INTERVAL_NS = Duration.ofMillis(20).toNanos();

  private WireGuardLimits() {}
}
