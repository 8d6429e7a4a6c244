package io.taltun.daemon.netlink;

import io.taltun.dataplane.os.SystemCallException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Gives a tunnel's device its addresses and routes. The order of a start: {@link #cleanUpStale},
 * open the device, {@link #chooseFwmark}, mark the UDP sockets, {@link #apply}. Thread: the
 * socket's, in the network namespace of the device.
 */
public final class InterfaceSetup {
  private final NetlinkSocket netlink;
  private final Consumer<String> warnings;

  /**
   * @param netlink outlives what {@link #apply} returns
   * @param warnings takes one line each for what does not stop the tunnel
   */
  public InterfaceSetup(NetlinkSocket netlink, Consumer<String> warnings) {
    this.netlink = netlink;
    this.warnings = warnings;
  }

  /**
   * The SO_MARK that the UDP sockets need before {@link #apply}: without it a default route would
   * lead the tunnel's own datagrams into the tunnel.
   *
   * @return the configured one; a free one when a default route goes to the main table; 0 for none
   */
  public int chooseFwmark(NetworkPlan plan) throws SystemCallException {
    if (plan.fwmark() != 0 || !plan.needsPolicyRouting()) {
      return plan.fwmark();
    }
    return policyRouting().freeNumber();
  }

  /**
   * Sets the MTU, the addresses, the device up, the routes and the rules. When a step fails, those
   * before it are undone.
   *
   * @param fwmark what {@link #chooseFwmark} said
   * @return to change or undo it all
   */
  public NetworkState apply(NetworkPlan plan, int fwmark) throws SystemCallException {
    int index = new Links(netlink).index(plan.name());
    NetworkState state = new NetworkState(netlink, warnings, plan.name(), index);
    try {
      state.change(plan, fwmark);
      return state;
    } catch (SystemCallException | RuntimeException e) {
      state.undo();
      throw e;
    }
  }

  /**
   * Goes on with a device that another process has set up.
   *
   * @param traces what {@link NetworkState#traces} said there
   */
  public NetworkState adopt(String name, List<String> traces) throws SystemCallException {
    NetworkState state = new NetworkState(netlink, warnings, name, new Links(netlink).index(name));
    state.adopt(traces);
    return state;
  }

  /**
   * Removes the rules that killed gateways have left in this namespace. Those of a gateway whose
   * device still stands are kept.
   *
   * @return how many were removed
   */
  public int cleanUpStale() throws SystemCallException {
    Rules rules = new Rules(netlink);
    PolicyRouting policy = policyRouting();
    int removed = 0;
    for (int family : new int[] {Rtnetlink.AF_INET, Rtnetlink.AF_INET6}) {
      for (Rule rule : policy.stale(family)) {
        rules.remove(rule);
        removed++;
      }
    }
    return removed;
  }

  private PolicyRouting policyRouting() {
    return new PolicyRouting(new Routes(netlink), new Rules(netlink), new Links(netlink));
  }
}
