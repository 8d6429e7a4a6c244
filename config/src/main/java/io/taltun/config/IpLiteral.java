package io.taltun.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * IP addresses as text. Reading never asks a name service; writing is RFC 5952 for IPv6 and dotted
 * decimal for IPv4.
 */
public final class IpLiteral {
  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final String DOTTED = OCTET + "(?:\\." + OCTET + "){3}";
  private static final Pattern IPV4 = Pattern.compile(DOTTED);

  /** A first sieve: only these characters, and a dotted tail only where it is four whole octets. */
  private static final Pattern IPV6 =
      Pattern.compile("(?=[^:]*:)[0-9a-fA-F:]{0,39}(?:(?<=:)" + DOTTED + ")?");

  private static final int IPV6_GROUPS = 8;

  private IpLiteral() {}

  /**
   * The address written in {@code text}, or null. IPv4 is four decimal octets without leading
   * zeros; IPv6 is any RFC 4291 form without a zone. An IPv4-mapped address ({@code
   * ::ffff:a.b.c.d}) is its IPv4 address.
   */
  public static InetAddress parse(String text) {
    if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The canonical text, without a zone. */
  public static String format(InetAddress address) {
    if (address instanceof Inet4Address) {
      return address.getHostAddress();
    }
    byte[] raw = address.getAddress();
    int[] groups = new int[IPV6_GROUPS];
    for (int i = 0; i < IPV6_GROUPS; i++) {
      groups[i] = Byte.toUnsignedInt(raw[2 * i]) << 8 | Byte.toUnsignedInt(raw[2 * i + 1]);
    }
    int zerosStart = -1;
    // RFC 5952 section 4.2.2: one group alone is not shortened; 4.2.3: the first of equal runs is.
    int zerosLength = 1;
    for (int i = 0; i < IPV6_GROUPS; i++) {
      int end = i;
      while (end < IPV6_GROUPS && groups[end] == 0) {
        end++;
      }
      if (end - i > zerosLength) {
        zerosStart = i;
        zerosLength = end - i;
      }
      i = Math.max(i, end - 1);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < IPV6_GROUPS; i++) {
      if (i == zerosStart) {
        text.append("::");
        i += zerosLength - 1;
        continue;
      }
      if (i > 0 && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }
}
