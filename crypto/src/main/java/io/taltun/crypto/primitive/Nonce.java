package io.taltun.crypto.primitive;

/** The 12-byte nonce of ChaCha20-Poly1305 (RFC 8439) as WireGuard fills it. */
public final class Nonce {
  /** Bytes of a nonce. */
  public static final int LENGTH = 12;

  /** Offset of the counter, after four bytes that stay zero. */
  public static final int COUNTER = 4;

  private Nonce() {}

  /** A new nonce for the counter (whitepaper, section 5.4). */
  public static byte[] of(long counter) {
    byte[] nonce = new byte[LENGTH];
    put(nonce, counter);
    return nonce;
  }

  /** Writes the counter, 64 bits little-endian, into a nonce. */
  public static void put(byte[] nonce, long counter) {
    for (int i = 0; i < Long.BYTES; i++) {
      nonce[COUNTER + i] = (byte) (counter >>> Byte.SIZE * i);
    }
  }
}
