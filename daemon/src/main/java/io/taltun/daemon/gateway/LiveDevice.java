package io.taltun.daemon.gateway;

import io.taltun.config.HostPort;
import io.taltun.config.TaltunConfig;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.control.Control;
import io.taltun.daemon.control.DeviceEdit;
import io.taltun.dataplane.mailbox.WorkerCommand;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.worker.WorkerGroup;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes a running device, as the UAPI and reloads ask and as its link does. Control thread. */
final class LiveDevice {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  /** Room behind the longest waiting packet for its padding, rounded up to a cache line. */
  private static final int WAITING_TAIL = 64;

  private static final int MOST_PORT = 0xffff;
  private static final long MOST_FWMARK = 0xffff_ffffL;
  private static final int MOST_KEEPALIVE_SECONDS = 0xffff;

  /** What 32 zero bytes are as a key: the UAPI's word for none. */
  private static final PrivateKey NO_KEY = PrivateKey.of(new byte[PrivateKey.LENGTH]);

  private final Control control;
  private final SocketBinding sockets;
  private final ForwardingTables tables;
  private final WorkerGroup workers;
  private final Primitives primitives;
  private final Runnable restoreNetwork;

  // Written by the control thread.
  private boolean speaking;

  // Written by the control thread; others read them.
  private volatile LinkState link;
  private volatile boolean followsPaths;

  /**
   * Down and silent; {@link #begin} follows.
   *
   * @param link at the start
   * @param restoreNetwork gives the device back what it loses when its link goes down
   */
  LiveDevice(
      Control control,
      SocketBinding sockets,
      ForwardingTables tables,
      WorkerGroup workers,
      Primitives primitives,
      LinkState link,
      Runnable restoreNetwork) {
    this.control = control;
    this.sockets = sockets;
    this.tables = tables;
    this.workers = workers;
    this.primitives = primitives;
    this.link = link;
    this.restoreNetwork = restoreNetwork;
  }

  /** What the link was at the start counts from now on; sockets are bound if it was up. */
  void begin() {
    if (link.up()) {
      speak();
    }
  }

  /** The same for a device that another process spoke for until now. */
  void goOn(Runnable adopted) {
    speaking = true;
    adopted.run();
  }

  /** The device gets back what somebody may have taken. */
  void restoreNetwork() {
    restoreNetwork.run();
  }

  /** Whether packets flow here, in the namespace where the device was made. */
  boolean flowing() {
    return speaking && link.atHome() && sockets.bound();
  }

  /** Bytes that a packet needs to wait for its session, at an MTU. */
  static int waitingBytes(int mtu) {
    return mtu + WAITING_TAIL;
  }

  int listenPort() {
    return sockets.port();
  }

  long fwmark() {
    return sockets.fwmark();
  }

  int mtu() {
    return link.mtu();
  }

  /**
   * Whether the MTU follows the ways to the peers. Not in another namespace: here somebody else's
   * device may have the name by then. Any thread.
   */
  boolean followsPaths() {
    return followsPaths && link.atHome();
  }

  /** Lets the MTU follow the ways to the peers from now on, or not. */
  void followPaths(boolean follow) {
    followsPaths = follow;
  }

  /**
   * Makes a change. What can fail comes first, the sockets last of it; nothing has changed then.
   * Keys are copied.
   */
  void apply(DeviceChange change) throws DeviceChangeException {
    check(change);
    StaticIdentity identity = identity(change.privateKey());
    try {
      sockets.change(
          change.listenPort() == null ? sockets.port() : change.listenPort(),
          (int) (change.fwmark() == null ? sockets.fwmark() : change.fwmark()));
    } catch (SystemCallException e) {
      if (identity != null) {
        identity.close();
      }
      throw new DeviceChangeException(e.errno(), e.getMessage());
    }
    DeviceEdit edit = control.edit();
    if (change.replacePeers()) {
      edit.removeAll();
    }
    if (changesKey(change.privateKey())) {
      edit.identity(identity);
    }
    change.peers().forEach(peer -> add(edit, peer));
    control.commit(edit);
    if (sockets.bound()) {
      speak();
    }
  }

  /**
   * Makes key, port, mark, peers, relay and renewal those of a configuration. What can fail comes
   * first, as in {@link #apply}; nothing has changed then.
   *
   * @param config lent
   * @param isFile whether it is a file's
   * @param fwmark of the sockets, which may be one that was chosen
   * @param known endpoints' names that are resolved already
   */
  void reconfigure(TaltunConfig config, boolean isFile, int fwmark, Map<HostPort, Endpoint> known)
      throws DeviceChangeException {
    StaticIdentity identity = identity(config.iface().privateKey());
    int port = config.iface().listenPort();
    try {
      // 0 is any port, that in use included.
      sockets.change(port == 0 ? sockets.port() : port, fwmark);
    } catch (SystemCallException e) {
      if (identity != null) {
        identity.close();
      }
      throw new DeviceChangeException(e.errno(), e.getMessage());
    }
    control.renewAfter(config.tuning().rekeyAfterBytes());
    if (isFile) {
      control.forgetOthers(config.peers());
    }
    control.configure(identity, config.peers(), known);
    control.relay(config.relay().enabled());
    control.clampMss(config.iface().mssClamp());
    followPaths(config.iface().mtu().isAuto());
    if (sockets.bound()) {
      speak();
    }
  }

  /** Marks the sockets, which leaves everything else as it is. */
  void mark(int fwmark) throws DeviceChangeException {
    try {
      sockets.change(sockets.port(), fwmark);
    } catch (SystemCallException e) {
      throw new DeviceChangeException(e.errno(), e.getMessage());
    }
  }

  private static void check(DeviceChange change) throws DeviceChangeException {
    require(change.listenPort(), MOST_PORT, "listen_port");
    require(change.fwmark(), MOST_FWMARK, "fwmark");
    for (PeerChange peer : change.peers()) {
      require(
          peer.persistentKeepaliveSeconds(),
          MOST_KEEPALIVE_SECONDS,
          "persistent_keepalive_interval");
    }
  }

  private static void require(Number value, long most, String what) throws DeviceChangeException {
    if (value != null && (value.longValue() < 0 || value.longValue() > most)) {
      throw new DeviceChangeException(Errno.EINVAL, what + " is 0 to " + most);
    }
  }

  /** Null for none, and for the one that there is. */
  private StaticIdentity identity(PrivateKey key) {
    return changesKey(key) && !key.equals(NO_KEY) ? new StaticIdentity(key, primitives) : null;
  }

  private boolean changesKey(PrivateKey key) {
    if (key == null) {
      return false;
    }
    PrivateKey present = control.copyPrivateKey();
    if (present == null) {
      return !key.equals(NO_KEY);
    }
    try (present) {
      return !key.equals(present);
    }
  }

  private static void add(DeviceEdit edit, PeerChange change) {
    var key = change.publicKey();
    if (change.remove()) {
      edit.remove(key);
      return;
    }
    if (!edit.contains(key) && (change.updateOnly() || !edit.add(key))) {
      return;
    }
    if (change.presharedKey() != null) {
      edit.presharedKey(key, change.presharedKey());
    }
    if (change.endpoint() != null) {
      edit.endpoint(key, change.endpoint());
    }
    if (change.persistentKeepaliveSeconds() != null) {
      edit.persistentKeepalive(key, TimeUnit.SECONDS.toNanos(change.persistentKeepaliveSeconds()));
    }
    if (change.replaceAllowedIps()) {
      edit.removePrefixes(key);
    }
    for (PeerChange.AllowedIp allowed : change.allowedIps()) {
      if (allowed.remove()) {
        edit.removePrefix(key, allowed.prefix());
      } else {
        edit.addPrefix(key, allowed.prefix());
      }
    }
  }

  /** Whether the link is up. */
  boolean isUp() {
    return link.up();
  }

  /** The link is another one than before. */
  void onLink(LinkState now) {
    LinkState before = link;
    link = now;
    if (now.mtu() != before.mtu()) {
      workers.postAll(new WorkerCommand.FitWaiting(waitingBytes(now.mtu())));
      tables.setMtu(now.mtu());
      LOG.info("the MTU is {} now", now.mtu());
    }
    if (now.up() && !before.up()) {
      up();
    } else if (!now.up() && before.up()) {
      control.localDown();
      speaking = false;
      sockets.release();
      LOG.info("the link is down");
    }
  }

  private void up() {
    // Whether or not the port is free: who sets another one later has the routes by then.
    if (link.atHome()) {
      restoreNetwork.run();
    }
    try {
      sockets.bind();
    } catch (SystemCallException e) {
      LOG.error(
          "{}; set another listen port, or free this one and set the link up again",
          e.getMessage());
      return;
    }
    LOG.info("the link is up: UDP port {}", sockets.port());
    speak();
  }

  private void speak() {
    if (!speaking) {
      speaking = true;
      control.localUp();
    }
  }
}
