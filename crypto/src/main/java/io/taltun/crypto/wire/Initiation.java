package io.taltun.crypto.wire;

/**
 * First message, from initiator to responder (whitepaper, section 5.4.2): 148 bytes.
 *
 * <pre>
 *    0  type (1), reserved (3)
 *    4  sender index (4, little-endian)
 *    8  unencrypted ephemeral (32)
 *   40  encrypted static (32 + 16)
 *   88  encrypted timestamp (12 + 16)
 *  116  mac1 (16)
 *  132  mac2 (16)
 * </pre>
 */
public final class Initiation {
  /** Offset of the sender index. */
  public static final int SENDER_INDEX = MessageType.LENGTH;

  /** Offset of the unencrypted ephemeral key, 32 bytes. */
  public static final int EPHEMERAL = SENDER_INDEX + 4;

  /** Offset of the encrypted static key, {@link #STATIC_LENGTH} bytes. */
  public static final int STATIC = EPHEMERAL + 32;

  /** Bytes of the encrypted static key with its tag. */
  public static final int STATIC_LENGTH = 32 + 16;

  /** Offset of the encrypted timestamp, {@link #TIMESTAMP_LENGTH} bytes. */
  public static final int TIMESTAMP = STATIC + STATIC_LENGTH;

  /** Bytes of the encrypted timestamp with its tag. */
  public static final int TIMESTAMP_LENGTH = 12 + 16;

  /** Offset of mac1, 16 bytes. */
  public static final int MAC1 = TIMESTAMP + TIMESTAMP_LENGTH;

  /** Offset of mac2, 16 bytes. */
  public static final int MAC2 = MAC1 + Macs.MAC_LENGTH;

  /** Bytes of the message. */
  public static final int LENGTH = MAC2 + Macs.MAC_LENGTH;

  private Initiation() {}

  /** Writes type and sender index. */
  public static void putHeader(byte[] message, int senderIndex) {
    MessageType.put(message, MessageType.INITIATION);
    LittleEndian.putInt(message, SENDER_INDEX, senderIndex);
  }

  /** The initiator's index for the session. */
  public static int senderIndex(byte[] message) {
    return LittleEndian.getInt(message, SENDER_INDEX);
  }
}
