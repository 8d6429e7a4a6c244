package io.taltun.daemon.gateway;

import io.taltun.daemon.netlink.InterfaceSetup;
import io.taltun.daemon.netlink.NetworkPlan;
import io.taltun.daemon.netlink.NetworkState;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.SystemCallException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device's addresses, routes and rules while it runs: reloads change them, and they are restored
 * when its link comes back. Any thread; each call waits for the one before, and for nothing else.
 */
final class DeviceNetwork {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  private final InterfaceSetup setup;
  private final NetworkState state;

  // Guarded by this: the plan in force.
  private NetworkPlan plan;
  private int fwmark;

  /**
   * @param state that {@code plan} was applied to
   */
  DeviceNetwork(InterfaceSetup setup, NetworkState state, NetworkPlan plan, int fwmark) {
    this.setup = setup;
    this.state = state;
    this.plan = plan;
    this.fwmark = fwmark;
  }

  /** In force. */
  synchronized NetworkPlan plan() {
    return plan;
  }

  /** The mark that the plan in force goes with, as the sockets had it then. */
  synchronized int fwmark() {
    return fwmark;
  }

  /** The mark for a plan: the one in use where a free one was chosen before. */
  synchronized int chooseFwmark(NetworkPlan wanted) throws SystemCallException {
    boolean chosen = plan.fwmark() == 0 && fwmark != 0;
    return chosen && wanted.fwmark() == 0 && wanted.needsPolicyRouting()
        ? fwmark
        : setup.chooseFwmark(wanted);
  }

  /**
   * Adds what is new in a plan, which is in force then; what it does not want stays until {@link
   * #trim}. When it fails, everything is as before.
   */
  synchronized void extend(NetworkPlan wanted, int newFwmark) throws SystemCallException {
    try {
      state.extend(wanted, newFwmark);
    } catch (SystemCallException e) {
      if (e.errno() != Errno.ENODEV) {
        goBack();
        throw e;
      }
      LOG.warn(
          "{} is in another network namespace: its addresses and routes there stay as they are",
          wanted.name());
    }
    plan = wanted;
    fwmark = newFwmark;
  }

  private void goBack() {
    try {
      state.change(plan, fwmark);
    } catch (SystemCallException e) {
      LOG.error("{} goes on without all of its routes: {}", plan.name(), e.getMessage());
    }
  }

  /** Removes what the plan in force does not want. */
  synchronized void trim() {
    try {
      state.trim(plan);
    } catch (SystemCallException e) {
      if (e.errno() != Errno.ENODEV) {
        LOG.error("{} keeps addresses or routes of before: {}", plan.name(), e.getMessage());
      }
    }
  }

  /** Goes back to a plan that was in force before. */
  synchronized void revert(NetworkPlan before, int fwmarkBefore) {
    plan = before;
    fwmark = fwmarkBefore;
    goBack();
  }

  /** The routes that are in the kernel because of us. */
  synchronized List<KernelRoute> routes() {
    List<KernelRoute> routes = new ArrayList<>();
    state.forEachRoute(
        (destination, table) -> routes.add(new KernelRoute(destination.toString(), table)));
    return routes;
  }

  /** What is in the kernel because of us, for another process to go on with. */
  synchronized List<String> traces() {
    return state.traces();
  }

  /** Makes the kernel's side what the plan in force says, whatever another process made of it. */
  synchronized void settle() {
    try {
      goBack();
    } catch (RuntimeException e) {
      // Whoever runs the gateway by now cannot give it back.
      LOG.error("{} goes on with the routes of before", plan.name(), e);
    }
  }

  /** The link is up again. */
  synchronized void restore() {
    try {
      state.restore(plan, fwmark);
    } catch (SystemCallException e) {
      LOG.error("{} is up without all of its routes: {}", plan.name(), e.getMessage());
    }
  }

  /** Takes everything back. */
  synchronized void undo() {
    state.undo();
  }
}
