package io.taltun.dataplane.udp;

import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.Errno;

/** What an errno of sendmmsg(2) says of the one message that it is about. */
final class SendFailure {
  private SendFailure() {}

  /**
   * Whether the address that the message was to leave from may be the cause: it is gone (EINVAL,
   * EADDRNOTAVAIL), or nothing from it has a way to the peer.
   */
  static boolean mayBeLocalAddress(int errno) {
    return switch (errno) {
      case Errno.EINVAL,
          Errno.EADDRNOTAVAIL,
          Errno.ENODEV,
          Errno.ENETDOWN,
          Errno.ENETUNREACH,
          Errno.EHOSTUNREACH ->
          true;
      default -> false;
    };
  }

  /**
   * Whether joined datagrams may go one by one: EIO says that a device of the way has no checksum
   * offload (trap 13), the others that a segment is longer than the path's MTU, which only single
   * datagrams can be fragmented for.
   */
  static boolean mayBeJoining(int errno) {
    return switch (errno) {
      case Errno.EIO, Errno.EINVAL, Errno.EMSGSIZE, Errno.EOPNOTSUPP -> true;
      default -> false;
    };
  }

  /** Whether it is of an earlier datagram and the same message may go now (an ICMP error). */
  static boolean isStale(int errno) {
    return errno == Errno.ECONNREFUSED;
  }

  static DropReason reason(int errno) {
    return switch (errno) {
      case Errno.EAGAIN, Errno.ENOBUFS, Errno.ENOMEM -> DropReason.SEND_BUFFER_FULL;
      case Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.ENETDOWN, Errno.EADDRNOTAVAIL ->
          DropReason.SEND_UNREACHABLE;
      case Errno.EPERM, Errno.EACCES -> DropReason.SEND_FORBIDDEN;
      case Errno.EMSGSIZE -> DropReason.SEND_TOO_LONG;
      default -> DropReason.SEND_FAILED;
    };
  }
}
