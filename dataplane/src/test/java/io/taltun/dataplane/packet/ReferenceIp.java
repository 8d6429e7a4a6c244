package io.taltun.dataplane.packet;

/** {@link Ip#validate} on the heap, which has bounds. */
public final class ReferenceIp {
  private ReferenceIp() {}

  /** Bytes of the IP packet that {@code bytes} begins with; -1 when it is none, or not whole. */
  public static int length(byte[] bytes) {
    // RFC 791, section 3.1.
    if (bytes.length >= 20 && bytes[0] >>> 4 == 4) {
      int header = (bytes[0] & 0xf) * 4;
      int total = ReferenceOffload.get16(bytes, 2);
      return header >= 20 && header <= total && total <= bytes.length ? total : -1;
    }
    // RFC 8200, section 3.
    if (bytes.length >= 40 && (bytes[0] & 0xf0) == 0x60) {
      int total = 40 + ReferenceOffload.get16(bytes, 4);
      return total <= bytes.length ? total : -1;
    }
    return -1;
  }
}
