package io.taltun.daemon.netlink;

import io.taltun.config.IpPrefix;
import io.taltun.dataplane.os.SystemCallException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** The addresses of interfaces. Thread: the socket's. */
public final class Addresses {
  private static final int HEADER_LENGTH = 8;
  private static final int HEADER_PREFIX_LENGTH = 1;
  private static final int HEADER_INDEX = 4;

  private final NetlinkSocket netlink;
  private final Links links;

  public Addresses(NetlinkSocket netlink) {
    this.netlink = netlink;
    this.links = new Links(netlink);
  }

  /** Adds an address with the length of its subnet; one that is there already stays. */
  public void add(int index, IpPrefix address) throws SystemCallException {
    // No duplicate address detection: nobody on a tunnel answers it, and it delays the address.
    int flags = address.isIpv4() ? 0 : Rtnetlink.IFA_F_NODAD;
    netlink.change(
        message(
            Rtnetlink.RTM_NEWADDR,
            Rtnetlink.NLM_F_ACK | Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_REPLACE,
            index,
            address,
            flags),
        () -> "cannot add address " + address + " to " + links.name(index));
  }

  /** Removes an address; the routes that need it go with it. */
  public void remove(int index, IpPrefix address) throws SystemCallException {
    netlink.change(
        message(Rtnetlink.RTM_DELADDR, Rtnetlink.NLM_F_ACK, index, address, 0),
        () -> "cannot remove address " + address + " from " + links.name(index));
  }

  /** The addresses of one interface, in the kernel's order. */
  public List<IpPrefix> list(int index) throws SystemCallException {
    List<IpPrefix> addresses = new ArrayList<>();
    for (int family : new int[] {Rtnetlink.AF_INET, Rtnetlink.AF_INET6}) {
      NetlinkMessage request =
          new NetlinkMessage(Rtnetlink.RTM_GETADDR, Rtnetlink.NLM_F_DUMP)
              .addressHeader(family, 0, 0, index);
      for (NetlinkReply reply :
          netlink.dump(request, () -> "cannot list the addresses of " + links.name(index))) {
        IpPrefix address = address(reply, family, index);
        if (address != null) {
          addresses.add(address);
        }
      }
    }
    return addresses;
  }

  private static NetlinkMessage message(
      int type, int flags, int index, IpPrefix address, int addressFlags) {
    byte[] bytes = address.address().getAddress();
    return new NetlinkMessage(type, flags)
        .addressHeader(Routes.family(address.address()), address.length(), addressFlags, index)
        .attribute(Rtnetlink.IFA_LOCAL, bytes)
        .attribute(Rtnetlink.IFA_ADDRESS, bytes);
  }

  private static IpPrefix address(NetlinkReply reply, int family, int index) {
    // A kernel that knows no filter, or lacks the family, answers with more than was asked for.
    if (reply.type() != Rtnetlink.RTM_NEWADDR
        || reply.headerByte(0) != family
        || reply.headerInt(HEADER_INDEX) != index) {
      return null;
    }
    Attributes attributes = reply.attributes(HEADER_LENGTH);
    // On a point-to-point link IFA_ADDRESS is the other end.
    InetAddress address =
        attributes.address(
            attributes.has(Rtnetlink.IFA_LOCAL) ? Rtnetlink.IFA_LOCAL : Rtnetlink.IFA_ADDRESS);
    return Routes.prefix(address, reply.headerByte(HEADER_PREFIX_LENGTH));
  }
}
