package io.taltun.daemon.gateway;

import io.taltun.daemon.netlink.Link;
import io.taltun.daemon.netlink.LinkNews;
import io.taltun.daemon.netlink.Links;
import io.taltun.daemon.netlink.NetlinkSocket;
import io.taltun.dataplane.os.Epoll;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.EventFd;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.tun.TunDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of every change of the device's link state and MTU, on a thread of its own. The kernel's
 * news do not follow a device into another network namespace: once a second the thread looks where
 * the device is, and goes there itself.
 */
final class LinkWatch {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final int LOOK_EVERY_MS = 1000;

  private final TunDevice device;
  private final Consumer<LinkState> changed;
  private final EventFd end;
  private final Thread thread;

  // Written by stop().
  private volatile boolean running = true;

  // Written by the thread.
  private LinkState last;
  private String home = "";
  private String place = "";
  private int index;
  private NetlinkSocket netlink;
  private LinkNews news;

  /**
   * @param first what is known already
   * @param changed called by the thread; must not block for long
   */
  LinkWatch(TunDevice device, LinkState first, Consumer<LinkState> changed)
      throws SystemCallException {
    this.device = device;
    this.last = first;
    this.changed = changed;
    end = new EventFd();
    thread = Thread.ofPlatform().daemon().name("taltun-link").unstarted(this::run);
  }

  /** Begins in the network namespace of the calling thread. */
  void start() {
    thread.start();
  }

  private void run() {
    try (Epoll epoll = new Epoll()) {
      epoll.add(end.fd());
      home = place();
      listen(epoll);
      while (running) {
        epoll.await(LOOK_EVERY_MS);
        if (!takeNews()) {
          ask();
        }
        follow(epoll);
      }
    } catch (SystemCallException e) {
      // The workers notice that the device is gone, and say so.
      if (running && e.errno() != Errno.EBADFD) {
        LOG.error("the link is watched no more: {}", e.getMessage());
      }
    } finally {
      forget();
    }
  }

  /** False when the state has to be asked for. */
  private boolean takeNews() {
    if (news == null) {
      return true;
    }
    List<LinkNews.News> read = new ArrayList<>();
    boolean complete = news.read(read);
    for (LinkNews.News each : read) {
      if (each.link().index() == index) {
        complete &= !each.gone();
        if (!each.gone()) {
          tell(each.link().up(), each.link().mtu());
        }
      }
    }
    return complete;
  }

  private void tell(boolean up, int mtu) {
    LinkState now = new LinkState(up, mtu, place.equals(home));
    if (!now.equals(last)) {
      last = now;
      changed.accept(now);
    }
  }

  /** Listens in the thread's namespace, which is the device's. */
  private void listen(Epoll epoll) throws SystemCallException {
    netlink = NetlinkSocket.open();
    news = new LinkNews();
    epoll.add(news.fd());
    place = place();
    ask();
  }

  private void ask() throws SystemCallException {
    String name = device.currentName();
    try {
      Link link = new Links(netlink).find(name);
      index = link.index();
      tell(link.up(), link.mtu());
    } catch (SystemCallException e) {
      if (e.errno() != Errno.ENODEV) {
        throw e;
      }
      // On its way to another namespace.
    }
  }

  private void follow(Epoll epoll) throws SystemCallException {
    int namespace = namespace();
    String now = name(namespace);
    try {
      if (now.equals(place)) {
        return;
      }
      place = now;
      forget();
      int result = Syscall.setns(namespace, CLONE_NEWNET);
      if (result < 0) {
        LOG.warn(
            "the device went to another network namespace, where its link cannot be watched ({});"
                + " it is taken for up",
            Errno.text(-result));
        tell(true, last.mtu());
        return;
      }
      LOG.info("the device is in another network namespace");
      listen(epoll);
    } finally {
      Syscall.close(namespace);
    }
  }

  private String place() throws SystemCallException {
    int namespace = namespace();
    try {
      return name(namespace);
    } finally {
      Syscall.close(namespace);
    }
  }

  /** A descriptor, or −1 where the kernel is too old or too strict to give one. */
  private int namespace() throws SystemCallException {
    try {
      return device.openNamespace();
    } catch (SystemCallException e) {
      if (e.errno() == Errno.EBADFD) {
        throw e;
      }
      return -1;
    }
  }

  /** {@code net:[4026531840]}. */
  private static String name(int namespace) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + namespace)).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private void forget() {
    if (news != null) {
      news.close();
      news = null;
    }
    if (netlink != null) {
      netlink.close();
      netlink = null;
    }
  }

  /** Ends the thread and waits for it. */
  void stop() throws InterruptedException {
    running = false;
    end.signal();
    thread.join();
    end.close();
  }
}
