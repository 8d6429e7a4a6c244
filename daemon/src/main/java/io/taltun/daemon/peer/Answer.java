package io.taltun.daemon.peer;

/** What came of the initiation whose turn it was. */
public enum Answer {
  /** None waits. */
  NONE_WAITS,
  /** It cost Diffie-Hellman and was nobody's, a replay or too soon. */
  IN_VAIN,
  /** A response was sent. */
  ANSWERED
}
