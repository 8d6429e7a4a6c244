package io.taltun.daemon.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One message of the kernel.
 *
 * @param payload what follows the 16-byte header, in the host's order, position 0
 */
record NetlinkReply(int type, int flags, int sequence, ByteBuffer payload) {
  /** Splits one datagram; bytes that are no whole message end the list. */
  static List<NetlinkReply> parse(byte[] datagram) {
    ByteBuffer all = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
    List<NetlinkReply> replies = new ArrayList<>();
    int offset = 0;
    while (all.limit() - offset >= NetlinkMessage.HEADER_LENGTH) {
      int length = all.getInt(offset);
      if (length < NetlinkMessage.HEADER_LENGTH || length > all.limit() - offset) {
        break;
      }
      ByteBuffer payload =
          all.slice(offset + NetlinkMessage.HEADER_LENGTH, length - NetlinkMessage.HEADER_LENGTH)
              .order(ByteOrder.nativeOrder());
      replies.add(
          new NetlinkReply(
              Short.toUnsignedInt(all.getShort(offset + 4)),
              Short.toUnsignedInt(all.getShort(offset + 6)),
              all.getInt(offset + 8),
              payload));
      // Near 2^31 the aligned length is negative: the datagram is shorter, so the check above ends
      // it.
      offset += NetlinkMessage.align(length);
    }
    return replies;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** An unsigned byte of the family header; 0 when the message is too short for it. */
  int headerByte(int offset) {
    return offset < payload.limit() ? Byte.toUnsignedInt(payload.get(offset)) : 0;
  }

  /** Two bytes of the family header, unsigned; 0 when the message is too short for them. */
  int headerShort(int offset) {
    return offset + Short.BYTES <= payload.limit()
        ? Short.toUnsignedInt(payload.getShort(offset))
        : 0;
  }

  /** Four bytes of the family header; 0 when the message is too short for them. */
  int headerInt(int offset) {
    return offset + Integer.BYTES <= payload.limit() ? payload.getInt(offset) : 0;
  }

  /** The attributes behind a family header of the given length. */
  Attributes attributes(int headerLength) {
    return Attributes.parse(payload, headerLength);
  }

  /** The positive errno of NLMSG_ERROR (0 is an acknowledgement) or of the end of a dump. */
  int errno() {
    return -headerInt(0);
  }

  /** The kernel's own words beside an errno (NETLINK_EXT_ACK), or null. */
  String explanation() {
    if (!has(Rtnetlink.NLM_F_ACK_TLVS)) {
      return null;
    }
    int start = Integer.BYTES;
    if (type == Rtnetlink.NLMSG_ERROR) {
      // struct nlmsgerr repeats the request: its header alone when capped, all of it otherwise.
      int request = has(Rtnetlink.NLM_F_CAPPED) ? NetlinkMessage.HEADER_LENGTH : headerInt(start);
      start += NetlinkMessage.align(Math.clamp(request, 0, payload.limit()));
    }
    return attributes(start).text(Rtnetlink.NLMSGERR_ATTR_MSG);
  }
}
