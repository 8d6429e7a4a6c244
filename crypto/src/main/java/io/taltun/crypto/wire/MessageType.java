package io.taltun.crypto.wire;

/**
 * The first four bytes of every message (whitepaper, section 5.4): one byte of type and three
 * reserved zero bytes, read as one little-endian int so that a nonzero reserved byte is no type.
 *
 * <pre>
 *   0       1       2       3
 *  +-------+-------+-------+-------+
 *  | type  |     reserved (0)      |
 *  +-------+-------+-------+-------+
 * </pre>
 */
public final class MessageType {
  /** {@link Initiation}, section 5.4.2. */
  public static final int INITIATION = 1;

  /** {@link Response}, section 5.4.3. */
  public static final int RESPONSE = 2;

  /** {@link CookieReply}, section 5.4.7. */
  public static final int COOKIE_REPLY = 3;

  /** {@link TransportData}, section 5.4.6. */
  public static final int TRANSPORT_DATA = 4;

  /**
   * None of WireGuard's, and no first byte of what else shares UDP ports (RFC 7983): by it a Taltun
   * measures a path's MTU. Nobody answers.
   */
  public static final int PATH_PROBE = 0xf0;

  /** What {@link #of} says of anything else. */
  public static final int INVALID = 0;

  /** Bytes of the field. */
  public static final int LENGTH = 4;

  private MessageType() {}

  /**
   * The type of a message of {@code length} bytes when its length is one that the type allows, else
   * {@link #INVALID} (trap 6).
   */
  public static int of(byte[] message, int length) {
    if (length < LENGTH || length > message.length) {
      return INVALID;
    }
    return of(LittleEndian.getInt(message, 0), length);
  }

  /**
   * As {@link #of(byte[], int)} for a message elsewhere, whose first four bytes are {@code word}.
   */
  public static int of(int word, int length) {
    boolean fits =
        switch (word) {
          case INITIATION -> length == Initiation.LENGTH;
          case RESPONSE -> length == Response.LENGTH;
          case COOKIE_REPLY -> length == CookieReply.LENGTH;
          case TRANSPORT_DATA -> length >= TransportData.OVERHEAD;
          default -> false;
        };
    return fits ? word : INVALID;
  }

  static void put(byte[] message, int type) {
    LittleEndian.putInt(message, 0, type);
  }
}
