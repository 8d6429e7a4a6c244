package io.taltun.daemon.gateway;

import io.taltun.daemon.control.Control;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.udp.UdpOffloads;
import io.taltun.dataplane.udp.UdpSocketPair;
import io.taltun.dataplane.worker.WorkerGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers' UDP sockets: which port, which mark, and whether there are any. They are there while
 * the link is up, so that the port is free while it is down. They stay in the network namespace
 * that the process began in, wherever the device goes. Used by the starter, then by the control
 * thread, and closed after it.
 */
final class SocketBinding implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  /** A worker looks into its mailbox between two bursts. */
  private static final long GIVEN_UP_WITHIN_MS = 1000;

  private final int workerCount;
  private final boolean gso;
  private final boolean gro;
  private final int receiveBytes;
  private final int sendBytes;

  // Written by attach(), before the control thread uses it.
  private WorkerGroup workers;
  private Control control;

  // Written by the control thread.
  private int port;
  private volatile int fwmark;
  private List<UdpSocketPair> current;
  private boolean wanted;
  private final List<UdpSocketPair> givenUp = new ArrayList<>();

  // Written by open() or probe(): which families this machine has.
  private boolean ipv4;
  private boolean ipv6;

  /**
   * Without sockets.
   *
   * @param port 0 for one that the kernel chooses
   * @param gso whether the kernel may cut what is sent, where it can
   * @param gro whether it may join what is received
   * @param receiveBytes that the kernel keeps for each socket of what came
   * @param sendBytes the same of what is to go
   */
  SocketBinding(
      int workerCount,
      int port,
      int fwmark,
      boolean gso,
      boolean gro,
      int receiveBytes,
      int sendBytes) {
    this.workerCount = workerCount;
    this.port = port;
    this.fwmark = fwmark;
    this.gso = gso;
    this.gro = gro;
    this.receiveBytes = receiveBytes;
    this.sendBytes = sendBytes;
    current = none();
  }

  private List<UdpSocketPair> none() {
    return Collections.nCopies(workerCount, UdpSocketPair.NONE);
  }

  /** Binds before there are workers, for them to begin with. */
  UdpOffloads open() throws SystemCallException {
    wanted = true;
    current = opened(port, fwmark);
    port = current.getFirst().localPort();
    return look(current);
  }

  /** Goes on with sockets that another process has bound to the port and marked. */
  void adopt(List<UdpSocketPair> sockets) {
    wanted = true;
    current = List.copyOf(sockets);
    ipv4 = current.getFirst().ipv4() != null;
    ipv6 = current.getFirst().ipv6() != null;
  }

  private List<UdpSocketPair> opened(int withPort, int withFwmark) throws SystemCallException {
    List<UdpSocketPair> pairs = UdpSocketPair.open(workerCount, withPort, withFwmark);
    pairs.forEach(pair -> pair.resize(receiveBytes, sendBytes));
    return pairs;
  }

  /** Finds out what the kernel does for sockets that are opened later. */
  UdpOffloads probe() throws SystemCallException {
    try (UdpSocketPair pair = UdpSocketPair.open(1, 0, 0).getFirst()) {
      return look(List.of(pair));
    }
  }

  private UdpOffloads look(List<UdpSocketPair> opened) {
    ipv4 = opened.getFirst().ipv4() != null;
    ipv6 = opened.getFirst().ipv6() != null;
    return UdpOffloads.enable(opened, gso, gro);
  }

  boolean hasIpv4() {
    return ipv4;
  }

  boolean hasIpv6() {
    return ipv6;
  }

  /** From now on changes are made to these. */
  void attach(WorkerGroup workers, Control control) {
    this.workers = workers;
    this.control = control;
    control.useSockets(current.getFirst());
  }

  /** Those of all workers. */
  List<UdpSocketPair> sockets() {
    return current;
  }

  /** Bound to, or to be bound when the link comes up; 0 when the kernel is to choose then. */
  int port() {
    return port;
  }

  /** SO_MARK as an unsigned number, 0 for none. Any thread. */
  long fwmark() {
    return Integer.toUnsignedLong(fwmark);
  }

  /** Whether there are sockets. */
  boolean bound() {
    return current.getFirst() != UdpSocketPair.NONE;
  }

  /**
   * Takes another port and mark.
   *
   * @throws SystemCallException when the kernel refuses; then nothing has changed
   */
  void change(int newPort, int newFwmark) throws SystemCallException {
    if (wanted && (newPort != port || !bound())) {
      rebind(newPort, newFwmark);
      return;
    }
    if (newFwmark != fwmark && bound()) {
      mark(newFwmark);
    }
    port = newPort;
    fwmark = newFwmark;
  }

  private void mark(int newFwmark) throws SystemCallException {
    try {
      for (UdpSocketPair pair : current) {
        pair.mark(newFwmark);
      }
    } catch (SystemCallException e) {
      for (UdpSocketPair pair : current) {
        pair.mark(fwmark);
      }
      throw e;
    }
  }

  /** The link is up; when this fails, the next {@link #change} tries again. */
  void bind() throws SystemCallException {
    wanted = true;
    if (!bound()) {
      rebind(port, fwmark);
    }
  }

  /** The link is down. */
  void release() {
    wanted = false;
    use(none());
  }

  private void rebind(int newPort, int newFwmark) throws SystemCallException {
    List<UdpSocketPair> opened = opened(newPort, newFwmark);
    int chosen;
    try {
      chosen = opened.getFirst().localPort();
    } catch (SystemCallException e) {
      opened.forEach(UdpSocketPair::close);
      throw e;
    }
    // What was probed at the start is so still.
    UdpOffloads.enable(opened, gso, gro);
    port = chosen;
    fwmark = newFwmark;
    use(opened);
  }

  /** Nobody uses the sockets before once every worker has turned to the new ones. */
  private void use(List<UdpSocketPair> sockets) {
    List<UdpSocketPair> before = current;
    current = sockets;
    control.useSockets(sockets.getFirst());
    CountDownLatch left = workers.useSockets(sockets);
    if (await(left)) {
      before.forEach(UdpSocketPair::close);
    } else {
      LOG.warn("a worker does not answer; its old sockets stay open until the end");
      givenUp.addAll(before);
    }
  }

  private static boolean await(CountDownLatch left) {
    try {
      return left.await(GIVEN_UP_WITHIN_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** After the workers ended. */
  @Override
  public void close() {
    current.forEach(UdpSocketPair::close);
    givenUp.forEach(UdpSocketPair::close);
    current = none();
    givenUp.clear();
  }
}
