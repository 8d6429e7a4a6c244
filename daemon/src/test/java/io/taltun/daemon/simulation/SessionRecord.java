package io.taltun.daemon.simulation;

import io.taltun.daemon.peer.SessionLife;
import io.taltun.dataplane.session.Session;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/** What is to be true of a session, in true time and apart from what the session itself knows. */
final class SessionRecord {
  /** REJECT_AFTER_TIME, whitepaper section 6.1. */
  private static final long REJECT_AFTER_NS = 180_000_000_000L;

  /** REJECT_AFTER_MESSAGES, whitepaper section 6.1: 2^64 − 2^13 − 1, unsigned. */
  private static final long REJECT_AFTER_MESSAGES = -(1L << 13) - 1;

  private static final int SMALL = 1 << 20;

  final Session session;
  final SessionLife life;
  final Remote remote;

  /** In true time. */
  final long createdNs;

  private final Beginning beginning;
  private final BitSet acceptedSmall = new BitSet();
  private final Set<Long> acceptedLarge = new HashSet<>();

  /**
   * When a handshake began and with which keys.
   *
   * @param atNs when the initiation was sent or answered, in true time
   */
  record Beginning(
      Remote remote, long atNs, long localKeyEpoch, long remoteKeyEpoch, long presharedKeyEpoch) {
    static Beginning now(Remote remote) {
      return new Beginning(
          remote,
          remote.host.world.schedule.nowNs(),
          remote.host.keyEpoch(),
          remote.keyEpoch,
          remote.presharedKeyEpoch);
    }

    boolean outdated() {
      return remote.gone
          || localKeyEpoch != remote.host.keyEpoch()
          || remoteKeyEpoch != remote.keyEpoch
          || presharedKeyEpoch != remote.presharedKeyEpoch;
    }
  }

  SessionRecord(Session session, SessionLife life, Remote remote, Beginning beginning) {
    this.session = session;
    this.life = life;
    this.remote = remote;
    this.beginning = beginning;
    createdNs = remote.host.world.schedule.nowNs();
  }

  /** A packet is sealed with the session. */
  void onSealed(long nowNs) {
    requireLiving("sealed", nowNs, beginning.atNs());
  }

  /** A packet is taken in under the session. */
  void onAccepted(long counter, Datagram datagram, long nowNs) {
    requireLiving("accepted", nowNs, createdNs);
    if (!datagram.genuine()) {
      throw new Violation("accepted " + datagram);
    }
    if (Long.compareUnsigned(counter, REJECT_AFTER_MESSAGES) >= 0) {
      throw new Violation("accepted past REJECT_AFTER_MESSAGES");
    }
    if (datagram.message().sender != remote.other.number) {
      throw new Violation("accepted as of device %d: %s".formatted(remote.other.number, datagram));
    }
    NonceWatch.WatchedCipher opener = (NonceWatch.WatchedCipher) session.opener(0);
    if (!opener.direction().sealedBy(remote.other.number, counter)) {
      throw new Violation("accepted what the peer never sealed: " + datagram);
    }
    if (!firstTime(counter)) {
      throw new Violation("accepted twice: counter " + Long.toUnsignedString(counter));
    }
  }

  private void requireLiving(String what, long nowNs, long beginNs) {
    if (nowNs - beginNs >= REJECT_AFTER_NS) {
      throw new Violation(
          "%s past REJECT_AFTER_TIME by device %d".formatted(what, remote.host.number));
    }
    if (beginning.outdated()) {
      throw new Violation(
          "%s with a key from before a change, by device %d".formatted(what, remote.host.number));
    }
  }

  private boolean firstTime(long counter) {
    if (counter < 0 || counter >= SMALL) {
      return acceptedLarge.add(counter);
    }
    boolean first = !acceptedSmall.get((int) counter);
    acceptedSmall.set((int) counter);
    return first;
  }
}
