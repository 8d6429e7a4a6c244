package io.taltun.crypto.noise;

import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Blake2s;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.wire.CookieReply;
import io.taltun.crypto.wire.Macs;
import io.taltun.crypto.wire.MessageType;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The sending side of MACs and cookies (whitepaper, sections 5.4.4 and 5.4.7), one per remote peer.
 * Used by one thread at a time, which also writes all fields.
 */
public final class CookieGenerator {
  /**
   * A cookie is used for the 120 seconds that its secret may live less 5 for its ways, as the
   * kernel's WireGuard has it (COOKIE_SECRET_LATENCY): one of a secret that has just ended costs a
   * retry.
   */
  private static final long COOKIE_LIFE_NS = TimeUnit.SECONDS.toNanos(120 - 5);

  private final Primitives primitives;
  private final MacKeys keys;

  /** mac1 of the message that a cookie reply may answer; once. */
  private final byte[] lastMac1 = new byte[Macs.MAC_LENGTH];

  private boolean awaitingReply;

  private final byte[] cookie = new byte[Macs.MAC_LENGTH];
  private boolean hasCookie;
  private long cookieReceivedNs;

  /** For messages to the owner of {@code remoteStatic}. */
  public CookieGenerator(PublicKey remoteStatic, Primitives p) {
    this.primitives = p;
    this.keys = MacKeys.of(p.blake2s(), remoteStatic);
  }

  /**
   * Fills the last 32 of the {@code length} bytes of an initiation or a response; mac2 is zero when
   * there is no cookie received in the last 115 seconds.
   */
  public void addMacs(byte[] message, int length, long nowNs) {
    Blake2s blake2s = primitives.blake2s();
    int mac1 = Macs.mac1Offset(length);
    int mac2 = Macs.mac2Offset(length);
    blake2s.mac(keys.mac1(), message, 0, mac1, message, mac1);
    System.arraycopy(message, mac1, lastMac1, 0, Macs.MAC_LENGTH);
    awaitingReply = true;
    if (hasCookie && nowNs - cookieReceivedNs >= COOKIE_LIFE_NS) {
      hasCookie = false;
      Arrays.fill(cookie, (byte) 0);
    }
    if (hasCookie) {
      blake2s.mac(cookie, message, 0, mac2, message, mac2);
    } else {
      Arrays.fill(message, mac2, length, (byte) 0);
    }
  }

  /**
   * Takes the cookie of a reply of 64 bytes. That its receiver index is ours is the caller's to
   * check.
   *
   * @return whether it is authentic and answers our last message, which no reply answered before;
   *     nothing changes otherwise
   */
  public boolean readCookieReply(byte[] reply64, long nowNs) {
    if (!awaitingReply || MessageType.of(reply64, reply64.length) != MessageType.COOKIE_REPLY) {
      return false;
    }
    byte[] nonce = Arrays.copyOfRange(reply64, CookieReply.NONCE, CookieReply.COOKIE);
    boolean authentic =
        primitives
            .xchacha20Poly1305()
            .open(
                keys.cookie(),
                nonce,
                lastMac1,
                reply64,
                CookieReply.COOKIE,
                CookieReply.COOKIE_LENGTH,
                cookie,
                0);
    if (authentic) {
      awaitingReply = false;
      hasCookie = true;
      cookieReceivedNs = nowNs;
    }
    return authentic;
  }
}
