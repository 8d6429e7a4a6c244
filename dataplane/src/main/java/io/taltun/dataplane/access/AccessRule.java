package io.taltun.dataplane.access;

import io.taltun.dataplane.packet.Tcp;
import io.taltun.dataplane.packet.Udp;
import java.net.InetAddress;

/**
 * One line of an access list: where packets may go, or may not.
 *
 * @param network of the destination, host bits cleared; null for every address of both families
 * @param length of the prefix in bits; 0 with a null network
 * @param protocol 0 to 255, {@link #ANY_PROTOCOL} or {@link #ICMP}
 * @param firstPort of the destination; {@link #NO_PORTS} when ports do not matter
 * @param lastPort not below the first
 */
public record AccessRule(
    InetAddress network, int length, int protocol, int firstPort, int lastPort) {
  /** Every protocol. */
  public static final int ANY_PROTOCOL = -1;

  /** ICMP, for IPv4 and for IPv6 each its own. */
  public static final int ICMP = -2;

  public static final int TCP = Tcp.PROTOCOL;
  public static final int UDP = Udp.PROTOCOL;

  /** First port of a rule for all packets, those without a port too. */
  public static final int NO_PORTS = -1;

  /** The last port there is. */
  public static final int MAX_PORT = 0xffff;

  /** Checks the ports. */
  public AccessRule {
    if (firstPort < NO_PORTS || lastPort > MAX_PORT || lastPort < firstPort) {
      throw new IllegalArgumentException("ports " + firstPort + " to " + lastPort);
    }
  }
}
