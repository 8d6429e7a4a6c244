package io.taltun.daemon.netlink;

import io.taltun.config.IpPrefix;
import io.taltun.config.Mtu;
import io.taltun.config.RouteTable;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.SystemCallException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the kernel was told about one device, so that it can be changed and taken back. Thread: the
 * netlink socket's.
 */
public final class NetworkState {
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
  private boolean broughtUp;

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
    this.policyRouting = new PolicyRouting(routes, rules);
  }

  /**
   * Brings the kernel from the last plan to this one. What both want stays as it is, what is new
   * comes before the old goes. After an exception another call or {@link #undo} is fine.
   *
   * @param fwmark what {@link InterfaceSetup#chooseFwmark} said; on a reload the one in use
   */
  public void change(NetworkPlan plan, int fwmark) throws SystemCallException {
    ipv6 = true;
    if (!links.isUp(index)) {
      bestEffort(() -> links.setNoLinkLocal(index));
    }
    if (links.mtu(index) != plan.mtu()) {
      links.setMtu(index, plan.mtu());
    }
    changeAddresses(plan);
    if (!links.isUp(index)) {
      links.setUp(index);
      broughtUp = true;
    }
    changeRoutes(plan, fwmark);
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
    changeRoutes(plan, fwmark);
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

  private void changeAddresses(NetworkPlan plan) throws SystemCallException {
    addAddresses(plan);
    List<IpPrefix> old =
        addedAddresses.stream().filter(it -> !plan.addresses().contains(it)).toList();
    for (IpPrefix address : old) {
      takeBack(() -> addresses.remove(index, address));
      addedAddresses.remove(address);
    }
    if (!old.isEmpty()) {
      // The first IPv4 address of a subnet takes the others of that subnet along.
      addAddresses(plan);
    }
  }

  private void addAddresses(NetworkPlan plan) throws SystemCallException {
    for (IpPrefix address : plan.addresses()) {
      if (allowed(address, plan.mtu(), () -> addresses.add(index, address))) {
        addedAddresses.add(address);
      }
    }
  }

  private void changeRoutes(NetworkPlan plan, int fwmark) throws SystemCallException {
    Set<TableRoute> wanted = new LinkedHashSet<>();
    Set<Policy> wantedPolicies = new LinkedHashSet<>();
    List<Route> existing = plan.table().isOff() ? List.of() : routes.list(Routes.MAIN, 0);
    for (IpPrefix destination : plan.table().isOff() ? List.<IpPrefix>of() : plan.routes()) {
      if (!plan.table().equals(RouteTable.MAIN)) {
        wanted.add(new TableRoute(destination, plan.table().id()));
      } else if (destination.length() == 0) {
        Policy policy = policy(Routes.family(destination.address()), fwmark);
        wanted.add(new TableRoute(destination, policy.table));
        wantedPolicies.add(policy);
      } else if (!isConnected(destination, existing)) {
        wanted.add(new TableRoute(destination, Routes.MAIN));
      }
    }
    for (TableRoute it : wanted) {
      Step add = () -> routes.add(index, it.destination, it.table);
      if (allowed(it.destination, plan.mtu(), add)) {
        addedRoutes.add(it);
      }
    }
    if (!ipv6) {
      wantedPolicies.removeIf(policy -> policy.family == Rtnetlink.AF_INET6);
    }
    changePolicies(wantedPolicies);
    for (TableRoute it : newestFirst(addedRoutes)) {
      if (!wanted.contains(it)) {
        takeBack(() -> routes.remove(index, it.destination, it.table));
        addedRoutes.remove(it);
      }
    }
  }

  private void changePolicies(Set<Policy> wanted) throws SystemCallException {
    for (Policy policy : wanted) {
      if (!addedPolicies.containsKey(policy)) {
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
    }
    for (Policy policy : newestFirst(addedPolicies.keySet())) {
      if (!wanted.contains(policy)) {
        newestFirst(addedPolicies.remove(policy))
            .forEach(rule -> takeBack(() -> rules.remove(rule)));
      }
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

  /**
   * Whether the best route to a prefix is one that the kernel made for an address of the device.
   */
  private boolean isConnected(IpPrefix destination, List<Route> existing) {
    List<Route> covering =
        existing.stream()
            .filter(it -> it.destination().length() <= destination.length())
            .filter(it -> it.destination().contains(destination.address()))
            .toList();
    int longest = covering.stream().mapToInt(it -> it.destination().length()).max().orElse(0);
    return covering.stream()
        .filter(it -> it.destination().length() == longest)
        .anyMatch(it -> it.interfaceIndex() == index && it.isConnected());
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
