package io.taltun.dataplane.access;

/** The types of ICMP (RFC 792) and ICMPv6 (RFC 4443) that matter to who waits for an answer. */
final class IcmpType {
  private static final int V4_ECHO_REPLY = 0;
  private static final int V4_UNREACHABLE = 3;
  private static final int V4_ECHO_REQUEST = 8;
  private static final int V4_TIME_EXCEEDED = 11;
  private static final int V4_PARAMETER_PROBLEM = 12;
  private static final int V6_LAST_ERROR = 4;
  private static final int V6_ECHO_REQUEST = 128;
  private static final int V6_ECHO_REPLY = 129;

  private IcmpType() {}

  static int echoRequest(boolean v4) {
    return v4 ? V4_ECHO_REQUEST : V6_ECHO_REQUEST;
  }

  static int echoReply(boolean v4) {
    return v4 ? V4_ECHO_REPLY : V6_ECHO_REPLY;
  }

  /** Unreachable, too big, time exceeded, parameter problem: what quotes the packet it is about. */
  static boolean isError(int type, boolean v4) {
    return v4
        ? type == V4_UNREACHABLE || type == V4_TIME_EXCEEDED || type == V4_PARAMETER_PROBLEM
        : type >= 1 && type <= V6_LAST_ERROR;
  }
}
