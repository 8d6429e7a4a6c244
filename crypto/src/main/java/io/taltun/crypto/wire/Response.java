package io.taltun.crypto.wire;

/**
 * Second message, from responder to initiator (whitepaper, section 5.4.3): 92 bytes.
 *
 * <pre>
 *    0  type (1), reserved (3)
 *    4  sender index (4, little-endian)
 *    8  receiver index (4, little-endian)
 *   12  unencrypted ephemeral (32)
 *   44  encrypted nothing (0 + 16)
 *   60  mac1 (16)
 *   76  mac2 (16)
 * </pre>
 */
public final class Response {
  /** Offset of the sender index. */
  public static final int SENDER_INDEX = MessageType.LENGTH;

  /** Offset of the receiver index. */
  public static final int RECEIVER_INDEX = SENDER_INDEX + 4;

  /** Offset of the unencrypted ephemeral key, 32 bytes. */
  public static final int EPHEMERAL = RECEIVER_INDEX + 4;

  /** Offset of the encrypted empty payload, {@link #EMPTY_LENGTH} bytes. */
  public static final int EMPTY = EPHEMERAL + 32;

  /** Bytes of the encrypted empty payload: its tag. */
  public static final int EMPTY_LENGTH = 16;

  /** Offset of mac1, 16 bytes. */
  public static final int MAC1 = EMPTY + EMPTY_LENGTH;

  /** Offset of mac2, 16 bytes. */
  public static final int MAC2 = MAC1 + Macs.MAC_LENGTH;

  /** Bytes of the message. */
  public static final int LENGTH = MAC2 + Macs.MAC_LENGTH;

  private Response() {}

  /** Writes type and both indices. */
  public static void putHeader(byte[] message, int senderIndex, int receiverIndex) {
    MessageType.put(message, MessageType.RESPONSE);
    LittleEndian.putInt(message, SENDER_INDEX, senderIndex);
    LittleEndian.putInt(message, RECEIVER_INDEX, receiverIndex);
  }

  /** The responder's index for the session. */
  public static int senderIndex(byte[] message) {
    return LittleEndian.getInt(message, SENDER_INDEX);
  }

  /** The initiator's index for the session. */
  public static int receiverIndex(byte[] message) {
    return LittleEndian.getInt(message, RECEIVER_INDEX);
  }
}
