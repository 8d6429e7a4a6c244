package io.taltun.crypto.noise;

import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.XChaCha20Poly1305;
import io.taltun.crypto.wire.CookieReply;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.Macs;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The receiving side of MACs and cookies (whitepaper, sections 5.3, 5.4.4 and 5.4.7), one per
 * device. Used by one thread at a time, which also writes all fields.
 *
 * <p>A cookie is Mac(secret, source), where source is the address bytes and the two bytes of the
 * port, big-endian (trap 9): whoever shows it receives what is sent there. The secret lives for 120
 * seconds, then a reply draws a new one and cookies of the old are worthless.
 */
public final class CookieChecker implements AutoCloseable {
  private static final long SECRET_LIFE_NS = TimeUnit.SECONDS.toNanos(120);
  private static final int SECRET_LENGTH = 32;

  private final Primitives primitives;
  private final MacKeys keys;
  private final RandomGenerator random;

  /** What a MAC should be, while it is compared; in constant time. */
  private final byte[] expected = new byte[Macs.MAC_LENGTH];

  private final byte[] secret = new byte[SECRET_LENGTH];
  private boolean hasSecret;
  private long secretDrawnNs;

  /**
   * For messages to us, the owner of {@code localStatic}.
   *
   * @param random makes secrets and nonces; cryptographically strong outside of tests
   */
  public CookieChecker(PublicKey localStatic, Primitives p, RandomGenerator random) {
    this.primitives = p;
    this.keys = MacKeys.of(p.blake2s(), localStatic);
    this.random = random;
  }

  /**
   * Whether the sender of an initiation or a response of {@code length} bytes knows our static
   * public key; false for a message too short to carry MACs.
   */
  public boolean mac1Valid(byte[] message, int length) {
    return holdsMacs(message, length) && macMatches(keys.mac1(), message, Macs.mac1Offset(length));
  }

  /**
   * Whether the sender of an initiation or a response of {@code length} bytes got our cookie at
   * {@code source}, 4 or 16 address bytes and 2 port bytes; mac1 is checked apart.
   */
  public boolean mac2Valid(byte[] message, int length, byte[] source, long nowNs) {
    if (!holdsMacs(message, length) || !secretLives(nowNs)) {
      return false;
    }
    int mac2 = Macs.mac2Offset(length);
    if (isZero(message, mac2)) {
      // From a sender without a cookie; in a flood most are, and need no hash to be told.
      return false;
    }
    byte[] cookie = cookie(source);
    boolean valid = macMatches(cookie, message, mac2);
    Arrays.fill(cookie, (byte) 0);
    return valid;
  }

  /**
   * Writes the 64 bytes of a cookie reply to {@code message}, an initiation or a response of {@code
   * length} bytes with a valid mac1.
   */
  public void writeCookieReply(
      byte[] message, int length, byte[] source, long nowNs, byte[] out64) {
    if (!secretLives(nowNs)) {
      random.nextBytes(secret);
      secretDrawnNs = nowNs;
      hasSecret = true;
    }
    int mac1 = Macs.mac1Offset(length);
    byte[] aad = Arrays.copyOfRange(message, mac1, mac1 + Macs.MAC_LENGTH);
    byte[] nonce = new byte[XChaCha20Poly1305.NONCE_LENGTH];
    random.nextBytes(nonce);
    // The sender index is at the same offset in both messages.
    CookieReply.putHeader(out64, Initiation.senderIndex(message));
    System.arraycopy(nonce, 0, out64, CookieReply.NONCE, nonce.length);
    byte[] cookie = cookie(source);
    primitives
        .xchacha20Poly1305()
        .seal(keys.cookie(), nonce, aad, cookie, out64, CookieReply.COOKIE);
    Arrays.fill(cookie, (byte) 0);
  }

  /** A copy of the cookie secret, the caller's to erase; null when there is none. */
  public byte[] copySecret() {
    return hasSecret ? secret.clone() : null;
  }

  /** When the secret was drawn; only while there is one. */
  public long secretDrawnNs() {
    return secretDrawnNs;
  }

  /** Takes a copy of another process's secret, so that cookies stay good. */
  public void restoreSecret(byte[] other, long drawnNs) {
    System.arraycopy(other, 0, secret, 0, SECRET_LENGTH);
    secretDrawnNs = drawnNs;
    hasSecret = true;
  }

  /** Erases the cookie secret; a later reply draws a new one. */
  @Override
  public void close() {
    Arrays.fill(secret, (byte) 0);
    hasSecret = false;
  }

  private static boolean holdsMacs(byte[] message, int length) {
    return length >= Macs.LENGTH && length <= message.length;
  }

  private boolean secretLives(long nowNs) {
    return hasSecret && nowNs - secretDrawnNs < SECRET_LIFE_NS;
  }

  private byte[] cookie(byte[] source) {
    byte[] cookie = new byte[Macs.MAC_LENGTH];
    primitives.blake2s().mac(secret, source, 0, source.length, cookie, 0);
    return cookie;
  }

  /** Whether the 16 bytes at {@code offset} are the MAC of all bytes before them. */
  private boolean macMatches(byte[] key, byte[] message, int offset) {
    primitives.blake2s().mac(key, message, 0, offset, expected, 0);
    int difference = 0;
    for (int i = 0; i < Macs.MAC_LENGTH; i++) {
      difference |= expected[i] ^ message[offset + i];
    }
    return difference == 0;
  }

  private static boolean isZero(byte[] message, int offset) {
    int bits = 0;
    for (int i = 0; i < Macs.MAC_LENGTH; i++) {
      bits |= message[offset + i];
    }
    return bits == 0;
  }
}
