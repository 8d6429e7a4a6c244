package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.TrafficSample.NEVER;
import static io.taltun.daemon.peer.TrafficSample.isAfter;
import static io.taltun.daemon.peer.WireGuardLimits.REJECT_AFTER_TIME_NS;

/**
 * Whether a peer is there, as an operator is told: online with a session, offline when nothing
 * authentic came for {@code REJECT_AFTER_TIME}. By then no session receives any more, so only a new
 * one brings the peer back. It is slower than {@link PeerState}, which tells of one lost handshake,
 * so that a bad path does not make events. Control thread only.
 */
public final class Presence {
  /** Of {@link #copy}. */
  public static final int COPY_LENGTH = 3;

  private boolean online;
  private long sinceNs = NEVER;
  private long heardNs = NEVER;

  /** Whether the peer is there. */
  public boolean online() {
    return online;
  }

  /**
   * How long it has been as it is.
   *
   * @return nanoseconds, or −1 before the first session
   */
  public long durationNs(long nowNs) {
    return sinceNs == NEVER ? -1 : nowNs - sinceNs;
  }

  /**
   * A new session can send: the peer answered, or used it.
   *
   * @return whether the peer is online by that
   */
  public boolean onSession(long nowNs) {
    heard(nowNs);
    return change(true, nowNs);
  }

  /**
   * Looks whether the peer has been silent for too long.
   *
   * @param lastReceivedNs the latest authentic transport message, or {@link TrafficSample#NEVER}
   * @return whether the peer is offline by that
   */
  public boolean onSample(long lastReceivedNs, long nowNs) {
    heard(lastReceivedNs);
    return online && nowNs - heardNs >= REJECT_AFTER_TIME_NS && change(false, nowNs);
  }

  /**
   * The peer is removed, or the device down.
   *
   * @return whether the peer is offline by that
   */
  public boolean onEnd(long nowNs) {
    return change(false, nowNs);
  }

  /** What another process goes on with: 0 or 1 for online, since when, when heard. */
  public long[] copy() {
    return new long[] {online ? 1 : 0, sinceNs, heardNs};
  }

  /** Goes on with what another process knew; nobody came or went by that. */
  public void restore(long[] copy) {
    online = copy[0] != 0;
    sinceNs = copy[1];
    heardNs = copy[2];
  }

  private void heard(long atNs) {
    if (isAfter(atNs, heardNs)) {
      heardNs = atNs;
    }
  }

  private boolean change(boolean to, long nowNs) {
    if (online == to) {
      return false;
    }
    online = to;
    sinceNs = nowNs;
    return true;
  }
}
