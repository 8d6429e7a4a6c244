package io.taltun.daemon.netlink;

import io.taltun.dataplane.os.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A default route through a tunnel without a loop, as wg-quick(8) does it: the route stands in a
 * table of its own; one rule sends everything there that does not carry the tunnel's own fwmark,
 * and one before it lets the main table's other routes win.
 */
final class PolicyRouting {
  /** The first fwmark and table that is tried. */
  static final int FIRST_NUMBER = 51_820;

  /** The priority of the main table's own rule. */
  private static final int PRIORITY_OF_MAIN = 32_766;

  /** What {@link #rulesFor} gives. */
  static final int RULES_OF_A_FAMILY = 2;

  /** Lets the reverse path filter see the mark of a tunnel's answers. */
  private static final Path IPV4_SETTINGS = Path.of("/proc/sys/net/ipv4/conf");

  private static final Path SRC_VALID_MARK = IPV4_SETTINGS.resolve("all/src_valid_mark");
  private static final Set<String> NOT_DEVICES = Set.of("all", "default", "lo");

  /** A setting of a device for IPv4, in the network namespace of the process. */
  static Path setting(String device, String key) {
    return IPV4_SETTINGS.resolve(device).resolve(key);
  }

  private final Routes routes;
  private final Rules rules;
  private final Links links;

  PolicyRouting(Routes routes, Rules rules, Links links) {
    this.routes = routes;
    this.rules = rules;
    this.links = links;
  }

  /** The first number from {@value #FIRST_NUMBER} that neither a table nor a rule uses. */
  int freeNumber() throws SystemCallException {
    Set<Long> used = new HashSet<>();
    routes.list(0, 0).forEach(route -> used.add(route.table()));
    for (int family : new int[] {Rtnetlink.AF_INET, Rtnetlink.AF_INET6}) {
      for (Rule rule : rules.list(family)) {
        used.add(rule.table());
        used.add(Integer.toUnsignedLong(rule.notMark()));
      }
    }
    int number = FIRST_NUMBER;
    while (used.contains((long) number)) {
      number++;
    }
    return number;
  }

  /** The table for a fwmark: the same number, unless the kernel uses that table itself. */
  long tableFor(int fwmark) throws SystemCallException {
    return fwmark >= Rtnetlink.RT_TABLE_DEFAULT && fwmark <= Rtnetlink.RT_TABLE_LOCAL
        ? freeNumber()
        : Integer.toUnsignedLong(fwmark);
  }

  /** The two rules of a family, in the order to add them, in front of all rules but the first. */
  List<Rule> rulesFor(int family, int fwmark, long table) throws SystemCallException {
    int first =
        rules.list(family).stream()
            .mapToInt(Rule::priority)
            .filter(priority -> priority > 0)
            .min()
            .orElse(PRIORITY_OF_MAIN);
    // Priority 0 is the local table's. Where 1 or 2 are taken, ours come behind their equals.
    first = Math.max(first, 3);
    return List.of(
        Rule.unlessMarked(family, first - 1, fwmark, table),
        Rule.mainWithoutDefault(family, first - 2));
  }

  /**
   * What killed gateways have left: rules to a table where no route is left, because routes vanish
   * with their device and rules do not, and rules that stood in front of such. None while a
   * tunnel's link is down: its table is empty, too, until it is up again.
   */
  List<Rule> stale(int family) throws SystemCallException {
    List<Rule> all = rules.list(family);
    if (all.stream().noneMatch(rule -> rule.protocol() == Rule.TALTUN) || links.anyTunnelDown()) {
      return List.of();
    }
    List<Rule> stale = new ArrayList<>();
    Set<Integer> guards = new HashSet<>();
    for (Rule rule : all) {
      if (rule.isUnlessMarked()) {
        if (isEmpty(family, rule.table())) {
          stale.add(rule);
        } else {
          guards.add(rule.priority() - 1);
        }
      }
    }
    all.stream()
        .filter(Rule::isMainWithoutDefault)
        .filter(rule -> !guards.contains(rule.priority()))
        .forEach(stale::add);
    return stale;
  }

  private boolean isEmpty(int family, long table) throws SystemCallException {
    return routes.list(table, 0).stream()
        .noneMatch(route -> Routes.family(route.destination().address()) == family);
  }

  /**
   * The devices whose reverse-path filter is strict (1, RFC 3704): with a default route through the
   * tunnel it drops the tunnel's own datagrams, which arrive without the mark. Loose (2) does not.
   */
  static List<String> strictReversePathFilters() throws IOException {
    try (Stream<Path> folders = Files.list(IPV4_SETTINGS)) {
      int all = reversePathFilter(IPV4_SETTINGS.resolve("all"));
      return folders
          .filter(folder -> !NOT_DEVICES.contains(folder.getFileName().toString()))
          .filter(folder -> Math.max(all, reversePathFilter(folder)) == 1)
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private static int reversePathFilter(Path folder) {
    try {
      return Integer.parseInt(Files.readString(folder.resolve("rp_filter")).strip());
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  /**
   * Sets net.ipv4.conf.all.src_valid_mark in the thread's namespace. It stays set: others may count
   * on it by the time the tunnel goes.
   */
  static void allowMarkedSources() throws IOException {
    if (!Files.readString(SRC_VALID_MARK).startsWith("1")) {
      Files.writeString(SRC_VALID_MARK, "1");
    }
  }
}
