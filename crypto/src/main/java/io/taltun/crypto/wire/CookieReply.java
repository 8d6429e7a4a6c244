package io.taltun.crypto.wire;

/**
 * The answer under load to an initiation or a response (whitepaper, section 5.4.7): 64 bytes.
 *
 * <pre>
 *    0  type (1), reserved (3)
 *    4  receiver index (4, little-endian)
 *    8  nonce (24)
 *   32  encrypted cookie (16 + 16)
 * </pre>
 */
public final class CookieReply {
  /** Offset of the receiver index. */
  public static final int RECEIVER_INDEX = MessageType.LENGTH;

  /** Offset of the nonce, {@link #NONCE_LENGTH} bytes. */
  public static final int NONCE = RECEIVER_INDEX + 4;

  /** Bytes of the XChaCha20-Poly1305 nonce. */
  public static final int NONCE_LENGTH = 24;

  /** Offset of the encrypted cookie, {@link #COOKIE_LENGTH} bytes. */
  public static final int COOKIE = NONCE + NONCE_LENGTH;

  /** Bytes of the encrypted cookie with its tag. */
  public static final int COOKIE_LENGTH = 16 + 16;

  /** Bytes of the message. */
  public static final int LENGTH = COOKIE + COOKIE_LENGTH;

  private CookieReply() {}

  /** Writes type and receiver index. */
  public static void putHeader(byte[] message, int receiverIndex) {
    MessageType.put(message, MessageType.COOKIE_REPLY);
    LittleEndian.putInt(message, RECEIVER_INDEX, receiverIndex);
  }

  /** The sender index of the message that this answers. */
  public static int receiverIndex(byte[] message) {
    return LittleEndian.getInt(message, RECEIVER_INDEX);
  }
}
