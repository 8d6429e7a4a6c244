package io.taltun.daemon.netlink;

import io.taltun.config.IpPrefix;
import io.taltun.config.Mtu;
import io.taltun.config.RouteTable;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the kernel was told about one device, so that it can be changed and taken back. Thread: the
 * netlink socket's.
 */
public final class NetworkState {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  private final String name;
  private final int index;
  private final Consumer<String> warnings;
  private final Links links;
  private final Addresses addresses;
  private final Routes routes;
  private final Rules rules;
  private final PolicyRouting policyRouting;

  // Written by the netlink socket's thread: what is in the kernel because of us, oldest first.
  private final Set<IpPrefix> addedAddresses = new LinkedHashSet<>();
  private final Set<TableRoute> addedRoutes = new LinkedHashSet<>();
  private final Map<Policy, List<Rule>> addedPolicies = new LinkedHashMap<>();
  private boolean begun;
  private boolean broughtUp;

  // Written by the same thread: what the last plan wants.
  private final Set<TableRoute> wantedRoutes = new LinkedHashSet<>();
  private final Set<Policy> wantedPolicies = new LinkedHashSet<>();

  /** Written by the same thread: false after the kernel has refused something for IPv6. */
  private boolean ipv6;

  private record TableRoute(IpPrefix destination, long table) {}

  /** A family's default route: its fwmark and its table. */
  private record Policy(int family, int fwmark, long table) {}

  private interface Step {
    void run() throws SystemCallException;
  }

  NetworkState(NetlinkSocket netlink, Consumer<String> warnings, String name, int index) {
    this.name = name;
    this.index = index;
    this.warnings = warnings;
    this.links = new Links(netlink);
    this.addresses = new Addresses(netlink);
    this.routes = new Routes(netlink);
    this.rules = new Rules(netlink);
    this.policyRouting = new PolicyRouting(routes, rules, links);
  }

  /**
   * Brings the kernel from the last plan to this one. What both want stays as it is, what is new
   * comes before the old goes. After an exception another call or {@link #undo} is fine.
   *
   * @param fwmark what {@link InterfaceSetup#chooseFwmark} said; on a reload the one in use
   */
  public void change(NetworkPlan plan, int fwmark) throws SystemCallException {
    extend(plan, fwmark);
    trim(plan);
  }

  /**
   * The first half of a change: adds what is new, and what only earlier plans want stays. The link
   * is brought up the first time; where somebody set it down since, it stays down, and {@link
   * #restore} adds the rest.
   *
   * @throws SystemCallException ENODEV when the device is in another network namespace
   */
  public void extend(NetworkPlan plan, int fwmark) throws SystemCallException {
    ipv6 = true;
    if (!begun) {
      bestEffort(() -> links.setNoLinkLocal(index));
      promoteSecondaries();
    }
    if (links.mtu(index) != plan.mtu()) {
      links.setMtu(index, plan.mtu());
    }
    if (begun && !links.isUp(index)) {
      return;
    }
    addAddresses(plan);
    if (!links.isUp(index)) {
      links.setUp(index);
      broughtUp = true;
    }
    begun = true;
    addRoutes(plan, fwmark);
  }

  /** The second half: removes what the plan that was extended to does not want. */
  public void trim(NetworkPlan plan) throws SystemCallException {
    List<IpPrefix> old =
        addedAddresses.stream().filter(it -> !plan.addresses().contains(it)).toList();
    for (IpPrefix address : old) {
      takeBack(() -> addresses.remove(index, address));
      addedAddresses.remove(address);
    }
    boolean up = links.isUp(index);
    if (up && !old.isEmpty()) {
      // Where secondaries are not promoted, a subnet's first address takes the others along; and
      // any address takes the routes along that are the same as the kernel's own for it.
      addAddresses(plan);
      addWanted(plan);
    }
    for (Policy policy : newestFirst(addedPolicies.keySet())) {
      if (!wantedPolicies.contains(policy)) {
        newestFirst(addedPolicies.remove(policy))
            .forEach(rule -> takeBack(() -> rules.remove(rule)));
      }
    }
    for (TableRoute it : newestFirst(addedRoutes)) {
      if (!wantedRoutes.contains(it)) {
        takeBack(() -> routes.remove(index, it.destination, it.table));
        addedRoutes.remove(it);
      }
    }
  }

  /** Tells of each route that was added and not removed since, with its table, oldest first. */
  public void forEachRoute(ObjLongConsumer<IpPrefix> told) {
    addedRoutes.forEach(it -> told.accept(it.destination, it.table));
  }

  /** What is in the kernel because of us, for another process to {@link #adopt}. */
  public List<String> traces() {
    List<String> traces = new ArrayList<>();
    addedAddresses.forEach(it -> traces.add("address " + it));
    addedRoutes.forEach(it -> traces.add("route " + it.destination + " " + it.table));
    addedPolicies.forEach(
        (it, pair) -> {
          StringBuilder line =
              new StringBuilder("policy " + it.family + " " + it.fwmark + " " + it.table);
          pair.forEach(rule -> line.append(' ').append(rule.priority()));
          traces.add(line.toString());
        });
    if (broughtUp) {
      traces.add("up");
    }
    return traces;
  }

  /** Takes over what another process told the kernel; asks the kernel nothing. */
  public void adopt(List<String> traces) {
    begun = true;
    for (String trace : traces) {
      String[] words = trace.split(" ");
      switch (words[0]) {
        case "address" -> addedAddresses.add(IpPrefix.parse(words[1]));
        case "route" ->
            addedRoutes.add(new TableRoute(IpPrefix.parse(words[1]), Long.parseLong(words[2])));
        case "policy" -> adoptPolicy(words);
        case "up" -> broughtUp = true;
        default -> throw new IllegalArgumentException(trace);
      }
    }
  }

  private void adoptPolicy(String[] words) {
    int family = Integer.parseInt(words[1]);
    int fwmark = Integer.parseInt(words[2]);
    long table = Long.parseLong(words[3]);
    List<Rule> pair = new ArrayList<>();
    if (words.length > 4) {
      pair.add(Rule.unlessMarked(family, Integer.parseInt(words[4]), fwmark, table));
    }
    if (words.length > 5) {
      pair.add(Rule.mainWithoutDefault(family, Integer.parseInt(words[5])));
    }
    addedPolicies.put(new Policy(family, fwmark, table), pair);
  }

  /**
   * Gives the device back what the kernel took when somebody set it down: routes and IPv6
   * addresses. It has to be up again, and in the socket's namespace.
   *
   * @param plan the last one
   * @param fwmark as it was given with that
   */
  public void restore(NetworkPlan plan, int fwmark) throws SystemCallException {
    addAddresses(plan);
    addRoutes(plan, fwmark);
    trim(plan);
  }

  /**
   * Takes back everything that {@link #change} added, newest first. It may be called again, before
   * the device is closed or after; what cannot be removed is a warning.
   */
  public void undo() {
    for (List<Rule> pair : newestFirst(addedPolicies.values())) {
      newestFirst(pair).forEach(rule -> takeBack(() -> rules.remove(rule)));
    }
    addedPolicies.clear();
    for (TableRoute it : newestFirst(addedRoutes)) {
      takeBack(() -> routes.remove(index, it.destination, it.table));
    }
    addedRoutes.clear();
    for (IpPrefix address : newestFirst(addedAddresses)) {
      takeBack(() -> addresses.remove(index, address));
    }
    addedAddresses.clear();
    if (broughtUp) {
      takeBack(() -> links.setDown(index));
      broughtUp = false;
    }
  }

  private void addAddresses(NetworkPlan plan) throws SystemCallException {
    for (IpPrefix address : plan.addresses()) {
      if (allowed(address, plan.mtu(), () -> addresses.add(index, address))) {
        addedAddresses.add(address);
      }
    }
  }

  private void addRoutes(NetworkPlan plan, int fwmark) throws SystemCallException {
    findWanted(plan, fwmark);
    addWanted(plan);
    if (!ipv6) {
      wantedPolicies.removeIf(policy -> policy.family == Rtnetlink.AF_INET6);
    }
    for (Policy policy : wantedPolicies) {
      addPolicy(policy);
    }
  }

  private void findWanted(NetworkPlan plan, int fwmark) throws SystemCallException {
    wantedRoutes.clear();
    wantedPolicies.clear();
    if (plan.table().isOff()) {
      return;
    }
    boolean main = plan.table().equals(RouteTable.MAIN);
    CoveringRoutes covering =
        new CoveringRoutes(main ? routes.list(Routes.MAIN, 0) : List.of(), index, plan.addresses());
    for (IpPrefix destination : plan.routes()) {
      if (!main) {
        wantedRoutes.add(new TableRoute(destination, plan.table().id()));
      } else if (destination.length() == 0) {
        Policy policy = policy(Routes.family(destination.address()), fwmark);
        wantedRoutes.add(new TableRoute(destination, policy.table));
        wantedPolicies.add(policy);
      } else if (!covering.isConnected(destination)) {
        wantedRoutes.add(new TableRoute(destination, Routes.MAIN));
      }
    }
  }

  /** Adds the routes that are wanted and not there. */
  private void addWanted(NetworkPlan plan) throws SystemCallException {
    Set<TableRoute> there = new HashSet<>();
    for (Route route : addedRoutes.isEmpty() ? List.<Route>of() : routes.list(0, index)) {
      if (!route.isConnected()) {
        there.add(new TableRoute(route.destination(), route.table()));
      }
    }
    for (TableRoute it : wantedRoutes) {
      boolean present = addedRoutes.contains(it) && there.contains(it);
      Step add = () -> routes.add(index, it.destination, it.table);
      if (!present && allowed(it.destination, plan.mtu(), add)) {
        addedRoutes.add(it);
      }
    }
  }

  /** Adds the pair of rules, as a whole: somebody may have taken one of them. */
  private void addPolicy(Policy policy) throws SystemCallException {
    List<Rule> before = addedPolicies.getOrDefault(policy, List.of());
    List<Rule> there = new ArrayList<>(before);
    there.retainAll(rules.list(policy.family));
    if (there.size() == PolicyRouting.RULES_OF_A_FAMILY) {
      return;
    }
    newestFirst(there).forEach(rule -> takeBack(() -> rules.remove(rule)));
    List<Rule> added = new ArrayList<>();
    addedPolicies.put(policy, added);
    for (Rule rule : policyRouting.rulesFor(policy.family, policy.fwmark, policy.table)) {
      rules.add(rule);
      added.add(rule);
    }
    if (policy.family == Rtnetlink.AF_INET) {
      allowMarkedSources();
    }
  }

  private Policy policy(int family, int fwmark) throws SystemCallException {
    if (fwmark == 0) {
      throw new IllegalArgumentException("a default route needs a fwmark");
    }
    for (Policy policy : addedPolicies.keySet()) {
      if (policy.fwmark == fwmark) {
        return new Policy(family, fwmark, policy.table);
      }
    }
    return new Policy(family, fwmark, policyRouting.tableFor(fwmark));
  }

  private void allowMarkedSources() {
    try {
      List<String> strict =
          PolicyRouting.strictReversePathFilters().stream().filter(it -> !it.equals(name)).toList();
      if (!strict.isEmpty()) {
        warnings.accept(
            "rp_filter is strict on "
                + String.join(", ", strict)
                + ": with the default route through "
                + name
                + " its peers' datagrams may be dropped there; set it to 2"
                + " ('sysctl net.ipv4.conf.all.rp_filter=2')");
      }
      PolicyRouting.allowMarkedSources();
    } catch (IOException e) {
      warnings.accept(
          "cannot set net.ipv4.conf.all.src_valid_mark=1 ("
              + e.getMessage()
              + "); set it, or peers' answers may be dropped where rp_filter is strict");
    }
  }

  /** Runs a step; for IPv6 where the kernel has none: false, and the first time a warning. */
  private boolean allowed(IpPrefix prefix, int mtu, Step step) throws SystemCallException {
    if (!prefix.isIpv4() && !ipv6) {
      return false;
    }
    try {
      step.run();
      return true;
    } catch (SystemCallException e) {
      if (prefix.isIpv4() || !saysNoIpv6(e.errno(), mtu)) {
        throw e;
      }
      ipv6 = false;
      warnings.accept(
          "IPv6 is left out on "
              + name
              + (mtu < Mtu.LEAST_IPV6
                  ? ", whose MTU is below " + Mtu.LEAST_IPV6
                  : "; enable it with 'sysctl net.ipv6.conf."
                      + name
                      + ".disable_ipv6=0' and restart, or remove its IPv6 addresses and prefixes")
              + " ("
              + e.getMessage()
              + ")");
      return false;
    }
  }

  private static boolean saysNoIpv6(int errno, int mtu) {
    return switch (errno) {
      case Errno.EACCES, Errno.EAFNOSUPPORT, Errno.EOPNOTSUPP -> true;
      case Errno.EPERM -> false;
      default -> mtu < Mtu.LEAST_IPV6;
    };
  }

  /**
   * Lets the other addresses of a subnet stay when its first one is removed. Where that cannot be
   * set, they go and come again.
   */
  private void promoteSecondaries() {
    try {
      Files.writeString(PolicyRouting.setting(name, "promote_secondaries"), "1");
    } catch (IOException e) {
      LOG.debug("promote_secondaries of {} cannot be set: {}", name, e.getMessage());
    }
  }

  private void bestEffort(Step step) {
    try {
      step.run();
    } catch (SystemCallException e) {
      // Old kernels and those without IPv6 refuse: there is nothing to keep quiet then.
      if (e.errno() == Errno.EPERM) {
        warnings.accept(e.getMessage());
      }
    }
  }

  private void takeBack(Step step) {
    try {
      step.run();
    } catch (SystemCallException e) {
      switch (e.errno()) {
        case Errno.ENODEV, Errno.ESRCH, Errno.ENOENT, Errno.EADDRNOTAVAIL, Errno.EAFNOSUPPORT -> {
          // Gone with the device, or by somebody else's hand.
        }
        default -> warnings.accept(e.getMessage());
      }
    }
  }

  private static <T> List<T> newestFirst(Collection<T> oldestFirst) {
    return new ArrayList<>(oldestFirst).reversed();
  }
}
