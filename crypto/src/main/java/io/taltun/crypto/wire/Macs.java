package io.taltun.crypto.wire;

/**
 * The last 32 bytes of an {@link Initiation} or a {@link Response} (whitepaper, section 5.4.4):
 *
 * <pre>
 *  | … msg.alpha … | mac1 (16) | mac2 (16) |
 *  | …        msg.beta         |
 * </pre>
 *
 * <p>mac1 covers msg.alpha, mac2 covers msg.beta.
 */
public final class Macs {
  /** Bytes of one MAC. */
  public static final int MAC_LENGTH = 16;

  /** Bytes of both. */
  public static final int LENGTH = MAC_LENGTH + MAC_LENGTH;

  private Macs() {}

  /** Where mac1 begins, which is also the number of bytes it covers. */
  public static int mac1Offset(int messageLength) {
    return messageLength - LENGTH;
  }

  /** Where mac2 begins, which is also the number of bytes it covers. */
  public static int mac2Offset(int messageLength) {
    return messageLength - MAC_LENGTH;
  }
}
