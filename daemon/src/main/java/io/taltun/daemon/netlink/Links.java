package io.taltun.daemon.netlink;

import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.SystemCallException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Network interfaces: looked up, brought up, resized, deleted. Thread: the socket's. */
public final class Links {
  /** IFNAMSIZ less the closing zero. */
  private static final int MAX_NAME_BYTES = 15;

  private static final int HEADER_LENGTH = 16;
  private static final int HEADER_TYPE = 2;
  private static final int HEADER_INDEX = 4;
  private static final int HEADER_FLAGS = 8;

  private static final int ARPHRD_NONE = 0xfffe;

  /** tx_dropped, the eighth of struct rtnl_link_stats64. */
  private static final int STATS_SENDING_DROPPED = 7 * Long.BYTES;

  private final NetlinkSocket netlink;

  public Links(NetlinkSocket netlink) {
    this.netlink = netlink;
  }

  /**
   * The index of the interface.
   *
   * @throws SystemCallException ENODEV when there is none of that name
   */
  public int index(String name) throws SystemCallException {
    return byName(name).headerInt(HEADER_INDEX);
  }

  /** The interface as it is now. */
  public Link find(String name) throws SystemCallException {
    return link(byName(name));
  }

  static Link link(NetlinkReply reply) {
    return new Link(
        reply.headerInt(HEADER_INDEX),
        (reply.headerInt(HEADER_FLAGS) & Rtnetlink.IFF_UP) != 0,
        reply.attributes(HEADER_LENGTH).integer(Rtnetlink.IFLA_MTU, 0));
  }

  /** Whether there is an interface of that name. */
  public boolean exists(String name) throws SystemCallException {
    try {
      byName(name);
      return true;
    } catch (SystemCallException e) {
      if (e.errno() == Errno.ENODEV) {
        return false;
      }
      throw e;
    }
  }

  /** Whether a device without a link layer, such as a TUN device, is set down. */
  boolean anyTunnelDown() throws SystemCallException {
    NetlinkMessage all =
        new NetlinkMessage(Rtnetlink.RTM_GETLINK, Rtnetlink.NLM_F_DUMP).linkHeader(0, 0, 0);
    for (NetlinkReply reply : netlink.dump(all, () -> "cannot list the interfaces")) {
      boolean up = (reply.headerInt(HEADER_FLAGS) & Rtnetlink.IFF_UP) != 0;
      if (!up && reply.headerShort(HEADER_TYPE) == ARPHRD_NONE) {
        return true;
      }
    }
    return false;
  }

  /** The largest packet in bytes. */
  public int mtu(int index) throws SystemCallException {
    return byIndex(index, "read the MTU of")
        .attributes(HEADER_LENGTH)
        .integer(Rtnetlink.IFLA_MTU, 0);
  }

  /** Whether the interface is set up (IFF_UP). */
  public boolean isUp(int index) throws SystemCallException {
    return (byIndex(index, "read the state of").headerInt(HEADER_FLAGS) & Rtnetlink.IFF_UP) != 0;
  }

  /** Brings the interface up. */
  public void setUp(int index) throws SystemCallException {
    netlink.change(
        change(index, Rtnetlink.IFF_UP, Rtnetlink.IFF_UP),
        () -> "cannot bring " + name(index) + " up");
  }

  /** Takes the interface down; its routes vanish. */
  public void setDown(int index) throws SystemCallException {
    netlink.change(
        change(index, 0, Rtnetlink.IFF_UP), () -> "cannot take " + name(index) + " down");
  }

  /** Sets the largest packet in bytes. */
  public void setMtu(int index, int mtu) throws SystemCallException {
    netlink.change(
        change(index, 0, 0).attribute(Rtnetlink.IFLA_MTU, mtu),
        () -> "cannot set the MTU of " + name(index) + " to " + mtu);
  }

  /** Sets how many packets wait for whoever reads each of a TUN device's queues. */
  public void setQueueLength(int index, int packets) throws SystemCallException {
    netlink.change(
        change(index, 0, 0).attribute(Rtnetlink.IFLA_TXQLEN, packets),
        () -> "cannot set the queue length of " + name(index) + " to " + packets);
  }

  /** Packets that the kernel wanted to send by the interface and dropped. */
  public long sendingDropped(int index) throws SystemCallException {
    return byIndex(index, "read the counters of")
        .attributes(HEADER_LENGTH)
        .longAt(Rtnetlink.IFLA_STATS64, STATS_SENDING_DROPPED, 0);
  }

  /**
   * Keeps the kernel from giving the interface a link-local IPv6 address when it comes up: a tunnel
   * has no link, and the router solicitations sent from that address no peer.
   */
  public void setNoLinkLocal(int index) throws SystemCallException {
    NetlinkMessage request = change(index, 0, 0);
    int families = request.begin(Rtnetlink.IFLA_AF_SPEC);
    int ipv6 = request.begin(Rtnetlink.AF_INET6);
    request.attribute(Rtnetlink.IFLA_INET6_ADDR_GEN_MODE, (byte) Rtnetlink.IN6_ADDR_GEN_MODE_NONE);
    request.end(ipv6).end(families);
    netlink.change(request, () -> "cannot turn link-local addresses of " + name(index) + " off");
  }

  /** Deletes the interface with its addresses and routes. */
  public void delete(int index) throws SystemCallException {
    NetlinkMessage request = new NetlinkMessage(Rtnetlink.RTM_DELLINK, Rtnetlink.NLM_F_ACK);
    netlink.change(request.linkHeader(index, 0, 0), () -> "cannot delete " + name(index));
  }

  /**
   * Creates two Ethernet interfaces that are joined.
   *
   * @param nameA in this namespace
   * @param nameB in the namespace behind {@code namespaceOfB}, an open descriptor, or in this one
   *     when it is negative
   */
  public void createVeth(String nameA, String nameB, int namespaceOfB) throws SystemCallException {
    NetlinkMessage request =
        new NetlinkMessage(
            Rtnetlink.RTM_NEWLINK,
            Rtnetlink.NLM_F_ACK | Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL);
    request.linkHeader(0, 0, 0).attribute(Rtnetlink.IFLA_IFNAME, checked(nameA));
    int info = request.begin(Rtnetlink.IFLA_LINKINFO);
    request.attribute(Rtnetlink.IFLA_INFO_KIND, "veth");
    int data = request.begin(Rtnetlink.IFLA_INFO_DATA);
    int peer = request.begin(Rtnetlink.VETH_INFO_PEER);
    request.linkHeader(0, 0, 0).attribute(Rtnetlink.IFLA_IFNAME, checked(nameB));
    if (namespaceOfB >= 0) {
      request.attribute(Rtnetlink.IFLA_NET_NS_FD, namespaceOfB);
    }
    request.end(peer).end(data).end(info);
    netlink.change(request, () -> "cannot create the veth pair " + nameA + " and " + nameB);
  }

  /** The name for messages: {@code interface 7} when the link is gone. */
  String name(int index) {
    try {
      String name = byIndex(index, "find").attributes(HEADER_LENGTH).text(Rtnetlink.IFLA_IFNAME);
      return name == null ? anonymous(index) : name;
    } catch (SystemCallException e) {
      return anonymous(index);
    }
  }

  private static String anonymous(int index) {
    return "interface " + index;
  }

  private static NetlinkMessage change(int index, int flags, int mask) {
    return new NetlinkMessage(Rtnetlink.RTM_NEWLINK, Rtnetlink.NLM_F_ACK)
        .linkHeader(index, flags, mask);
  }

  private NetlinkReply byName(String name) throws SystemCallException {
    return get(
        new NetlinkMessage(Rtnetlink.RTM_GETLINK, 0)
            .linkHeader(0, 0, 0)
            .attribute(Rtnetlink.IFLA_IFNAME, checked(name)),
        () -> "cannot find the interface " + name);
  }

  private NetlinkReply byIndex(int index, String verb) throws SystemCallException {
    return get(
        new NetlinkMessage(Rtnetlink.RTM_GETLINK, 0).linkHeader(index, 0, 0),
        () -> "cannot " + verb + " " + anonymous(index));
  }

  private NetlinkReply get(NetlinkMessage request, Supplier<String> what)
      throws SystemCallException {
    NetlinkReply reply = netlink.get(request, what);
    if (reply == null) {
      throw new SystemCallException(what.get(), Errno.ENODEV);
    }
    return reply;
  }

  private static String checked(String name) {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > MAX_NAME_BYTES) {
      throw new IllegalArgumentException("an interface name has 1 to 15 bytes");
    }
    return name;
  }
}
