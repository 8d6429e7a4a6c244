package io.taltun.daemon.gateway;

import io.taltun.daemon.netlink.Links;
import io.taltun.daemon.netlink.NetlinkSocket;
import io.taltun.dataplane.os.SystemCallException;
import java.util.function.LongSupplier;

/**
 * Packets that the kernel dropped on their way to the workers, since nobody read the device in
 * time. Asked by the control thread, closed after it.
 */
final class TunDrops implements LongSupplier, AutoCloseable {
  private final NetlinkSocket netlink;
  private final Links links;
  private final int index;

  // Written by the control thread, and once before it runs: what was dropped before our time.
  private long latest;
  private long before;

  private TunDrops(NetlinkSocket netlink, String device) throws SystemCallException {
    this.netlink = netlink;
    links = new Links(netlink);
    index = links.index(device);
  }

  /** Looks after the device of that name in this thread's network namespace. */
  static TunDrops of(String device) throws SystemCallException {
    NetlinkSocket netlink = NetlinkSocket.open();
    try {
      return new TunDrops(netlink, device);
    } catch (SystemCallException e) {
      netlink.close();
      throw e;
    }
  }

  /**
   * The same for a device that is older than this process: what it dropped so far is not counted.
   */
  static TunDrops since(String device) throws SystemCallException {
    TunDrops drops = of(device);
    drops.before = drops.getAsLong();
    drops.latest = 0;
    return drops;
  }

  /** Sets how many packets the kernel keeps for each worker. */
  void setQueueLength(int packets) throws SystemCallException {
    links.setQueueLength(index, packets);
  }

  @Override
  public long getAsLong() {
    try {
      latest = links.sendingDropped(index) - before;
    } catch (SystemCallException gone) {
      // Deleted, or in another namespace: what was known stays.
    }
    return latest;
  }

  @Override
  public void close() {
    netlink.close();
  }
}
