package io.taltun.daemon.netlink;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A run of netlink attributes by type; of two with one type the last counts. */
final class Attributes {
  /** Without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
  private static final int TYPE_MASK = 0x3fff;

  private final Map<Integer, ByteBuffer> values;

  private Attributes(Map<Integer, ByteBuffer> values) {
    this.values = values;
  }

  /** Reads from {@code offset} to the limit; bytes that are no whole attribute end the run. */
  static Attributes parse(ByteBuffer bytes, int offset) {
    Map<Integer, ByteBuffer> values = new HashMap<>();
    int at = offset;
    while (bytes.limit() - at >= NetlinkMessage.ATTRIBUTE_HEADER_LENGTH) {
      int length = Short.toUnsignedInt(bytes.getShort(at));
      if (length < NetlinkMessage.ATTRIBUTE_HEADER_LENGTH || length > bytes.limit() - at) {
        break;
      }
      ByteBuffer value =
          bytes
              .slice(
                  at + NetlinkMessage.ATTRIBUTE_HEADER_LENGTH,
                  length - NetlinkMessage.ATTRIBUTE_HEADER_LENGTH)
              .order(ByteOrder.nativeOrder());
      values.put(Short.toUnsignedInt(bytes.getShort(at + 2)) & TYPE_MASK, value);
      at += NetlinkMessage.align(length);
    }
    return new Attributes(values);
  }

  boolean has(int type) {
    return values.containsKey(type);
  }

  /** Four bytes, or {@code otherwise} when they are not there. */
  int integer(int type, int otherwise) {
    ByteBuffer value = values.get(type);
    return value == null || value.limit() < Integer.BYTES ? otherwise : value.getInt(0);
  }

  /** One unsigned byte, or {@code otherwise} when it is not there. */
  int unsignedByte(int type, int otherwise) {
    ByteBuffer value = values.get(type);
    return value == null || value.limit() < 1 ? otherwise : Byte.toUnsignedInt(value.get(0));
  }

  /** Eight bytes at an offset into the value, or {@code otherwise} when they are not there. */
  long longAt(int type, int offset, long otherwise) {
    ByteBuffer value = values.get(type);
    return value == null || value.limit() < offset + Long.BYTES ? otherwise : value.getLong(offset);
  }

  /** Text up to its closing zero, or null. */
  String text(int type) {
    ByteBuffer value = values.get(type);
    if (value == null) {
      return null;
    }
    int length = 0;
    while (length < value.limit() && value.get(length) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    value.get(0, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** An address of 4 or 16 bytes; null when it is neither. */
  InetAddress address(int type) {
    ByteBuffer value = values.get(type);
    if (value == null || value.limit() != 4 && value.limit() != 16) {
      return null;
    }
    byte[] bytes = new byte[value.limit()];
    value.get(0, bytes);
    try {
      // An IPv4-mapped one stays IPv6, as its prefix length does.
      return bytes.length == 16
          ? Inet6Address.getByAddress(null, bytes, -1)
          : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  /** The attributes inside one; none when it is not there. */
  Attributes nested(int type) {
    ByteBuffer value = values.get(type);
    return value == null ? new Attributes(Map.of()) : parse(value, 0);
  }
}
