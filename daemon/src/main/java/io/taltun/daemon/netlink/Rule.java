package io.taltun.daemon.netlink;

/**
 * A policy routing rule (ip-rule(8)) of the two kinds that a default route through a tunnel needs.
 *
 * @param family AF_INET 2 or AF_INET6 10
 * @param priority lower is asked first
 * @param table the table to look in, 1 to 2^32 - 1
 * @param notMark when not 0: only for packets without this fwmark
 * @param suppressPrefixLength when not negative: a match with a prefix this short does not count
 * @param protocol who made it, RTPROT_…
 */
public record Rule(
    int family, int priority, long table, int notMark, int suppressPrefixLength, int protocol) {
  /**
   * The protocol number in all rules of Taltun; rtnetlink.h leaves it free. By it a gateway knows
   * what a killed one has left, because rules do not vanish with their device.
   */
  public static final int TALTUN = 51;

  private static final int NOTHING = -1;

  /** {@code not fwmark MARK table TABLE}: all but the tunnel's own datagrams. */
  static Rule unlessMarked(int family, int priority, int mark, long table) {
    return new Rule(family, priority, table, mark, NOTHING, TALTUN);
  }

  /** {@code table main suppress_prefixlength 0}: the main table without its default route. */
  static Rule mainWithoutDefault(int family, int priority) {
    return new Rule(family, priority, Routes.MAIN, 0, 0, TALTUN);
  }

  /** Whether Taltun made it for a tunnel's table. */
  boolean isUnlessMarked() {
    return protocol == TALTUN && notMark != 0;
  }

  /** Whether Taltun made it to stand in front of a tunnel's table. */
  boolean isMainWithoutDefault() {
    return protocol == TALTUN && table == Routes.MAIN && suppressPrefixLength == 0;
  }

  /** As ip-rule(8) writes it. */
  @Override
  public String toString() {
    return (notMark == 0 ? "" : "not fwmark 0x" + Integer.toHexString(notMark) + " ")
        + "table "
        + (table == Routes.MAIN ? "main" : Long.toString(table))
        + (suppressPrefixLength < 0 ? "" : " suppress_prefixlength " + suppressPrefixLength);
  }
}
