package io.taltun.crypto.noise;

import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;

/** The sending side of the MACs and cookies, one per remote peer. */
public final class CookieGenerator {
  /** For messages to the owner of {@code remoteStatic}. */
  public CookieGenerator(PublicKey remoteStatic, Primitives p) {
    throw new UnsupportedOperationException();
  }

  /** Fills the last 32 bytes of an initiation or a response. */
  public void addMacs(byte[] message, int length, long nowNs) {
    throw new UnsupportedOperationException();
  }

  /** Whether the reply was authentic and answers our last message. */
  public boolean readCookieReply(byte[] reply64, long nowNs) {
    throw new UnsupportedOperationException();
  }
}
