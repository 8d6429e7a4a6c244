package io.taltun.crypto.noise;

import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import java.util.random.RandomGenerator;

/** The receiving side of the MACs and cookies, one per device. */
public final class CookieChecker implements AutoCloseable {
  /** For messages to us, the owner of {@code localStatic}. */
  public CookieChecker(PublicKey localStatic, Primitives p, RandomGenerator random) {
    throw new UnsupportedOperationException();
  }

  /** Whether the sender knows our static public key. */
  public boolean mac1Valid(byte[] message, int length) {
    throw new UnsupportedOperationException();
  }

  /** Whether the sender got our cookie at {@code source}, address bytes and 2-byte port. */
  public boolean mac2Valid(byte[] message, int length, byte[] source, long nowNs) {
    throw new UnsupportedOperationException();
  }

  /** Writes the 64 bytes of a cookie reply to {@code message}. */
  public void writeCookieReply(
      byte[] message, int length, byte[] source, long nowNs, byte[] out64) {
    throw new UnsupportedOperationException();
  }

  /** Erases the cookie secret. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
