package io.taltun.daemon.why;

import io.taltun.config.IpPrefix;
import io.taltun.daemon.netlink.RouteAnswer;
import java.net.InetAddress;
import java.util.Locale;

/**
 * What the kernel does with packets to the address.
 *
 * @param kind {@code unicast}, {@code local}, {@code blackhole}, {@code none} and so on
 * @param device by which they leave; null for none
 * @param gateway to which they go first; null for none
 * @param source from which they leave; null when the kernel names none
 */
public record RouteFacts(String kind, String device, String gateway, String source) {
  /** As the kernel said it. */
  public static RouteFacts of(RouteAnswer answer) {
    return new RouteFacts(
        answer.kind().name().toLowerCase(Locale.ROOT),
        answer.device(),
        text(answer.gateway()),
        text(answer.source()));
  }

  /** An address as it is written, RFC 5952; null for null. */
  public static String text(InetAddress address) {
    if (address == null) {
      return null;
    }
    String prefix = IpPrefix.host(address).toString();
    return prefix.substring(0, prefix.indexOf('/'));
  }

  boolean is(RouteAnswer.Kind other) {
    return kind.equals(other.name().toLowerCase(Locale.ROOT));
  }
}
