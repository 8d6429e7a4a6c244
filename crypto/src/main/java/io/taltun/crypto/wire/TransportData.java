package io.taltun.crypto.wire;

/**
 * Every later message (whitepaper, section 5.4.6): 16 bytes of header, the encrypted packet padded
 * to a multiple of 16, and 16 bytes of tag. An empty packet is a keepalive.
 *
 * <pre>
 *    0  type (1), reserved (3)
 *    4  receiver index (4, little-endian)
 *    8  counter (8, little-endian)
 *   16  encrypted packet (n + 16)
 * </pre>
 */
public final class TransportData {
  /** Offset of the receiver index. */
  public static final int RECEIVER_INDEX = MessageType.LENGTH;

  /** Offset of the counter. */
  public static final int COUNTER = RECEIVER_INDEX + 4;

  /** Offset of the encrypted packet. */
  public static final int PACKET = COUNTER + 8;

  /** Bytes before the encrypted packet. */
  public static final int HEADER_LENGTH = PACKET;

  /** Bytes of the tag at the end. */
  public static final int TAG_LENGTH = 16;

  /** Bytes that the message is longer than the padded packet; a keepalive is exactly this long. */
  public static final int OVERHEAD = HEADER_LENGTH + TAG_LENGTH;

  private TransportData() {}

  /** Writes the 16 bytes of the header. */
  public static void putHeader(byte[] message, int receiverIndex, long counter) {
    MessageType.put(message, MessageType.TRANSPORT_DATA);
    LittleEndian.putInt(message, RECEIVER_INDEX, receiverIndex);
    LittleEndian.putLong(message, COUNTER, counter);
  }

  /** The receiver's index for the session. */
  public static int receiverIndex(byte[] message) {
    return LittleEndian.getInt(message, RECEIVER_INDEX);
  }

  /** The packet's number, 64 bits unsigned. */
  public static long counter(byte[] message) {
    return LittleEndian.getLong(message, COUNTER);
  }
}
