package io.taltun.config;

/**
 * The largest inner packet of the tunnel.
 *
 * @param bytes 576 to 65535, or 0 for automatic
 */
public record Mtu(int bytes) {
  /** RFC 791: what every IPv4 host accepts. */
  public static final int LEAST = 576;

  /** RFC 8200 section 5: what every IPv6 link carries. */
  public static final int LEAST_IPV6 = 1280;

  /** The largest packet a TUN device takes. */
  public static final int MOST = 65_535;

  /** 1500 bytes of Ethernet less 40 of IPv6, 8 of UDP and 32 of WireGuard. */
  public static final int DEFAULT = 1500 - 40 - 8 - 32;

  /** Left to the gateway. */
  public static final Mtu AUTO = new Mtu(0);

  /** Checks the range. */
  public Mtu {
    if (bytes != 0 && (bytes < LEAST || bytes > MOST)) {
      throw new IllegalArgumentException("an MTU is " + LEAST + " to " + MOST + ", or auto");
    }
  }

  static Mtu parse(String text) {
    if (text.equals("auto")) {
      return AUTO;
    }
    try {
      return new Mtu((int) Decimal.parse(text, LEAST, MOST));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + ", or auto", e);
    }
  }

  /** Whether the gateway chooses. */
  public boolean isAuto() {
    return bytes == 0;
  }

  /** The bytes to set: {@link #DEFAULT} when nothing better is known. */
  public int resolve() {
    return isAuto() ? DEFAULT : bytes;
  }

  /** {@code auto} or the number. */
  @Override
  public String toString() {
    return isAuto() ? "auto" : Integer.toString(bytes);
  }
}
