package io.taltun.daemon.netlink;

import io.taltun.dataplane.os.SystemCallException;
import java.util.ArrayList;
import java.util.List;

/** The kernel's policy routing rules. Thread: the socket's. */
public final class Rules {
  private static final int HEADER_LENGTH = 12;
  private static final int HEADER_TABLE = 4;
  private static final int HEADER_FLAGS = 8;

  private final NetlinkSocket netlink;

  public Rules(NetlinkSocket netlink) {
    this.netlink = netlink;
  }

  /** Adds a rule, even beside an equal one. */
  public void add(Rule rule) throws SystemCallException {
    netlink.change(
        message(Rtnetlink.RTM_NEWRULE, Rtnetlink.NLM_F_CREATE, rule),
        () -> "cannot add rule " + rule);
  }

  /** Removes one rule with this priority, selector and maker. */
  public void remove(Rule rule) throws SystemCallException {
    netlink.change(message(Rtnetlink.RTM_DELRULE, 0, rule), () -> "cannot remove rule " + rule);
  }

  /**
   * All rules of a family in the kernel's order; selectors beyond those of {@link Rule} are left
   * out. Empty when the kernel lacks the family.
   */
  public List<Rule> list(int family) throws SystemCallException {
    NetlinkMessage request =
        new NetlinkMessage(Rtnetlink.RTM_GETRULE, Rtnetlink.NLM_F_DUMP).ruleHeader(family, 0, 0);
    List<Rule> rules = new ArrayList<>();
    for (NetlinkReply reply : netlink.dump(request, () -> "cannot list the rules")) {
      if (reply.type() == Rtnetlink.RTM_NEWRULE && reply.headerByte(0) == family) {
        rules.add(rule(reply));
      }
    }
    return rules;
  }

  private static NetlinkMessage message(int type, int flags, Rule rule) {
    NetlinkMessage request =
        new NetlinkMessage(type, flags | Rtnetlink.NLM_F_ACK)
            .ruleHeader(
                rule.family(),
                Rtnetlink.FR_ACT_TO_TBL,
                rule.notMark() == 0 ? 0 : Rtnetlink.FIB_RULE_INVERT)
            .attribute(Rtnetlink.FRA_PRIORITY, rule.priority())
            .attribute(Rtnetlink.FRA_TABLE, (int) rule.table())
            .attribute(Rtnetlink.FRA_PROTOCOL, (byte) rule.protocol());
    if (rule.notMark() != 0) {
      request.attribute(Rtnetlink.FRA_FWMARK, rule.notMark());
    }
    if (rule.suppressPrefixLength() >= 0) {
      request.attribute(Rtnetlink.FRA_SUPPRESS_PREFIXLEN, rule.suppressPrefixLength());
    }
    return request;
  }

  private static Rule rule(NetlinkReply reply) {
    Attributes attributes = reply.attributes(HEADER_LENGTH);
    boolean inverted = (reply.headerInt(HEADER_FLAGS) & Rtnetlink.FIB_RULE_INVERT) != 0;
    return new Rule(
        reply.headerByte(0),
        attributes.integer(Rtnetlink.FRA_PRIORITY, 0),
        Integer.toUnsignedLong(
            attributes.integer(Rtnetlink.FRA_TABLE, reply.headerByte(HEADER_TABLE))),
        inverted ? attributes.integer(Rtnetlink.FRA_FWMARK, 0) : 0,
        attributes.integer(Rtnetlink.FRA_SUPPRESS_PREFIXLEN, -1),
        attributes.unsignedByte(Rtnetlink.FRA_PROTOCOL, 0));
  }
}
