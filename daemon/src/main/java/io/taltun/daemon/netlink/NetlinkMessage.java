package io.taltun.daemon.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A request being written, in the host's byte order (netlink(7)):
 *
 * <pre>
 *  0        4      6       8     12      16
 *  | length | type | flags | seq | port  | family header | attribute | attribute ...
 *                                                        | length 2, type 2, value, pad to 4 |
 * </pre>
 *
 * An attribute's value may be attributes again. Requests of this package stay far below {@value
 * #CAPACITY} bytes; a longer one throws.
 */
final class NetlinkMessage {
  static final int HEADER_LENGTH = 16;
  static final int ATTRIBUTE_HEADER_LENGTH = 4;
  private static final int ROUTE_SOURCE_LENGTH = 2;
  static final int CAPACITY = 1024;

  private final ByteBuffer bytes = ByteBuffer.allocate(CAPACITY).order(ByteOrder.nativeOrder());

  /**
   * @param flags beside NLM_F_REQUEST
   */
  NetlinkMessage(int type, int flags) {
    bytes.putInt(0).putShort((short) type);
    bytes.putShort((short) (flags | Rtnetlink.NLM_F_REQUEST)).putInt(0).putInt(0);
  }

  static int align(int length) {
    return length + 3 & ~3;
  }

  int type() {
    return Short.toUnsignedInt(bytes.getShort(4));
  }

  int flags() {
    return Short.toUnsignedInt(bytes.getShort(6));
  }

  /** struct ifinfomsg: 16 bytes. */
  NetlinkMessage linkHeader(int index, int flags, int change) {
    bytes.putInt(Rtnetlink.AF_UNSPEC).putInt(index).putInt(flags).putInt(change);
    return this;
  }

  /** struct ifaddrmsg: 8 bytes, scope global. */
  NetlinkMessage addressHeader(int family, int prefixLength, int flags, int index) {
    bytes.put((byte) family).put((byte) prefixLength).put((byte) flags).put((byte) 0);
    bytes.putInt(index);
    return this;
  }

  /** struct rtmsg: 12 bytes, for any destination and source, with no flags. */
  NetlinkMessage routeHeader(int family, int prefixLength, int protocol, int scope, int type) {
    bytes.put((byte) family).put((byte) prefixLength).put((byte) 0).put((byte) 0);
    bytes.put((byte) 0).put((byte) protocol).put((byte) scope).put((byte) type).putInt(0);
    return this;
  }

  /** Names a source in a message that {@link #routeHeader} began. */
  NetlinkMessage routeSource(byte[] address) {
    bytes.put(HEADER_LENGTH + ROUTE_SOURCE_LENGTH, (byte) (address.length * Byte.SIZE));
    return attribute(Rtnetlink.RTA_SRC, address);
  }

  /** struct fib_rule_hdr: 12 bytes, for any source and destination. */
  NetlinkMessage ruleHeader(int family, int action, int flags) {
    bytes.putInt(0).put(bytes.position() - 4, (byte) family);
    bytes.put((byte) 0).put((byte) 0).put((byte) 0).put((byte) action).putInt(flags);
    return this;
  }

  NetlinkMessage attribute(int type, byte[] value) {
    bytes.putShort((short) (ATTRIBUTE_HEADER_LENGTH + value.length)).putShort((short) type);
    bytes.put(value).put(new byte[align(value.length) - value.length]);
    return this;
  }

  NetlinkMessage attribute(int type, int value) {
    bytes.putShort((short) (ATTRIBUTE_HEADER_LENGTH + Integer.BYTES)).putShort((short) type);
    bytes.putInt(value);
    return this;
  }

  /** One byte and its padding. */
  NetlinkMessage attribute(int type, byte value) {
    return attribute(type, new byte[] {value});
  }

  /** The text as UTF-8 with its closing zero. */
  NetlinkMessage attribute(int type, String value) {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    return attribute(type, Arrays.copyOf(text, text.length + 1));
  }

  /** Opens an attribute whose value is what follows; {@link #end} takes the returned mark. */
  int begin(int type) {
    int mark = bytes.position();
    bytes.putShort((short) 0).putShort((short) type);
    return mark;
  }

  NetlinkMessage end(int mark) {
    bytes.putShort(mark, (short) (bytes.position() - mark));
    return this;
  }

  /** The finished message. */
  byte[] toBytes(int sequence) {
    bytes.putInt(0, bytes.position()).putInt(8, sequence);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
