package io.taltun.daemon.peer;

/**
 * How a peer is doing.
 *
 * <pre>
 *   IDLE ──handshake begins──► CONNECTING ──session──► ONLINE ──session aged out──► IDLE
 *                                  │                     │
 *                                  └──5 s, no answer──► OFFLINE ──session or traffic──► ONLINE
 * </pre>
 */
public enum PeerState {
  /** No usable session, and none is needed. */
  IDLE,
  /** The first handshake is under way and not yet late. */
  CONNECTING,
  /** There is a usable session and nothing speaks against the peer being there. */
  ONLINE,
  /** The latest initiation had no answer, and nothing authentic came since. */
  OFFLINE
}
