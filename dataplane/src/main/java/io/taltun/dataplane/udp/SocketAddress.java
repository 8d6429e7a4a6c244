package io.taltun.dataplane.udp;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * {@code struct sockaddr_in} (16 bytes) and {@code struct sockaddr_in6} (28 bytes) in native
 * memory: family and scope id in host order, port and address in network order.
 */
public final class SocketAddress {
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;

  static final int LENGTH_IPV4 = 16;
  static final int LENGTH_IPV6 = 28;
  private static final int PORT = 2;
  private static final int IPV4_ADDRESS = 4;
  private static final int IPV6_FLOW = 4;
  private static final int IPV6_ADDRESS = 8;
  private static final int IPV6_SCOPE = 24;

  private SocketAddress() {}

  /**
   * Writes an endpoint.
   *
   * @param at 28 writable bytes
   * @return the bytes that the kernel is to be told
   */
  public static int write(Endpoint endpoint, long at) {
    NativeMemory.putShortBe(at + PORT, (short) endpoint.port());
    if (endpoint.isIpv4()) {
      NativeMemory.putShort(at, (short) AF_INET);
      NativeMemory.putIntBe(at + IPV4_ADDRESS, endpoint.ipv4());
      NativeMemory.putLong(at + IPV4_ADDRESS + 4, 0);
      return LENGTH_IPV4;
    }
    NativeMemory.putShort(at, (short) AF_INET6);
    NativeMemory.putInt(at + IPV6_FLOW, 0);
    NativeMemory.putLongBe(at + IPV6_ADDRESS, endpoint.ipv6High());
    NativeMemory.putLongBe(at + IPV6_ADDRESS + 8, endpoint.ipv6Low());
    NativeMemory.putInt(at + IPV6_SCOPE, endpoint.scopeId());
    return LENGTH_IPV6;
  }

  /** The bytes that {@link #write} tells the kernel of. */
  static int length(Endpoint endpoint) {
    return endpoint.isIpv4() ? LENGTH_IPV4 : LENGTH_IPV6;
  }

  /** Whether the socket address at {@code at} is this endpoint; never allocates. */
  public static boolean matches(Endpoint endpoint, long at) {
    if (NativeMemory.getUnsignedShortBe(at + PORT) != endpoint.port()) {
      return false;
    }
    if (NativeMemory.getShort(at) == AF_INET) {
      return endpoint.isIpv4() && NativeMemory.getIntBe(at + IPV4_ADDRESS) == endpoint.ipv4();
    }
    return !endpoint.isIpv4()
        && NativeMemory.getLongBe(at + IPV6_ADDRESS + 8) == endpoint.ipv6Low()
        && NativeMemory.getLongBe(at + IPV6_ADDRESS) == endpoint.ipv6High()
        && NativeMemory.getInt(at + IPV6_SCOPE) == endpoint.scopeId();
  }

  /** The endpoint at {@code at}, which holds what recvmmsg or getsockname wrote. */
  public static Endpoint read(long at) {
    int port = NativeMemory.getUnsignedShortBe(at + PORT);
    return NativeMemory.getShort(at) == AF_INET
        ? Endpoint.ofIpv4(NativeMemory.getIntBe(at + IPV4_ADDRESS), port)
        : Endpoint.ofIpv6(
            NativeMemory.getLongBe(at + IPV6_ADDRESS),
            NativeMemory.getLongBe(at + IPV6_ADDRESS + 8),
            port,
            NativeMemory.getInt(at + IPV6_SCOPE));
  }
}
