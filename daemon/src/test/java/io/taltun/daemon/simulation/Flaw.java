package io.taltun.daemon.simulation;

/** A bug to plant, so that the invariants prove that they would notice it. */
enum Flaw {
  NONE,
  /** The replay window's verdict is ignored. */
  REPLAYS_ACCEPTED,
  /** A tag that does not match is no reason to drop. */
  FORGERIES_ACCEPTED,
  /** Now and then the send counter goes back. */
  COUNTER_GOES_BACK,
  /** A waiting packet is sent twice. */
  WAITING_SENT_TWICE,
  /** Sessions send for half a minute too long. */
  SENDS_TOO_LONG,
  /** Sessions receive for half a minute too long. */
  RECEIVES_TOO_LONG,
  /** The clock stops while the machine is suspended (trap 20). */
  CLOCK_STOPS_IN_SUSPEND,
  /** The endpoint follows what is not authentic. */
  ROAMS_UNPROVEN,
  /** The endpoint follows a cookie reply (trap 12). */
  ROAMS_ON_COOKIE_REPLY,
  /** The endpoint follows handshakes only (trap 12). */
  ROAMS_ON_HANDSHAKES_ONLY,
  /** A retired session stays in the index (trap 27). */
  SESSIONS_NEVER_REMOVED,
  /** A retired session's keys are not erased. */
  KEYS_NEVER_ERASED,
  /** Workers go on with the sessions that a changed key erased (trap 25). */
  ERASED_SESSIONS_USED,
  /** The protocol never hears of the traffic: no timer counts. */
  TRAFFIC_NOT_SAMPLED,
  /** Keepalives count as data: they are answered (trap 19). */
  KEEPALIVES_ANSWERED,
  /** Each sample asks for a new session (trap 15). */
  REKEYS_ON_AND_ON,
  /** Nobody adds jitter to a retry (trap 18). */
  NO_JITTER,
  /** Packets that wait are forgotten when the session is there. */
  WAITING_FORGOTTEN,
  /** Under load nobody gets a cookie reply (trap 8). */
  NO_COOKIE_REPLIES
}
