package io.taltun.dataplane.path;

import io.taltun.crypto.primitive.Primitives;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.SessionPair;

/** Two sides that are each other's peer: A has 10.0.0.1 and fd00::1, B 10.0.0.2 and fd00::2. */
public final class PathPair implements AutoCloseable {
  public static final String A4 = "10.0.0.1";
  public static final String B4 = "10.0.0.2";
  public static final String A6 = "fd00::1";
  public static final String B6 = "fd00::2";

  public final Side a;
  public final Side b;

  /** B, as A sees it. */
  public final Peer peerB;

  /** A, as B sees it. */
  public final Peer peerA;

  private int sessions;

  public PathPair() {
    this(new Side(false), new Side(false));
  }

  /** Two sides that the test made; closed with the pair. */
  public PathPair(Side a, Side b) {
    this.a = a;
    this.b = b;
    peerB = a.addPeer(b.ipv4(), B4, B6);
    peerA = b.addPeer(a.ipv4(), A4, A6);
  }

  /** A pair of sessions that is not installed; A is the initiator. */
  public SessionPair newSession(long sendUntilNs, long receiveUntilNs) {
    return SessionPair.of(
        ++sessions, Primitives.best().aead(), peerB, peerA, sendUntilNs, receiveUntilNs);
  }

  /** Installs a pair of sessions that does not expire. */
  public SessionPair connect() {
    SessionPair pair = newSession(Long.MAX_VALUE, Long.MAX_VALUE);
    a.install(pair.initiator());
    b.install(pair.responder());
    return pair;
  }

  @Override
  public void close() {
    a.close();
    b.close();
  }
}
