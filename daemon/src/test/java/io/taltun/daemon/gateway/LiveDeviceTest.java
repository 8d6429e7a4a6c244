package io.taltun.daemon.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.control.Control;
import io.taltun.daemon.control.ControlThread;
import io.taltun.daemon.control.PeerSnapshot;
import io.taltun.daemon.control.PeerTable;
import io.taltun.daemon.state.PeerMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.udp.UdpSocketPair;
import io.taltun.dataplane.worker.WorkerGroup;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The test's thread is the control thread; real sockets, no workers. */
class LiveDeviceTest {
  private static final Primitives PRIMITIVES = Primitives.of("bouncycastle");
  private static final LinkState DOWN = new LinkState(false, 1420, true);
  private static final LinkState UP = new LinkState(true, 1420, true);
  private static final IpPrefix HOME = IpPrefix.parse("10.1.0.0/16");

  private final SplittableRandom random = new SplittableRandom(1);
  private final LoggedFaults faults = new LoggedFaults();
  private final PeerTable peers = new PeerTable(random, 1);
  private final ForwardingTables tables = new ForwardingTables(peers.sessions(), 1420, false);
  private final WorkerGroup workers = new WorkerGroup(List.of(), tables, 1484, () -> {}, faults);
  private final Control control =
      new Control(
          new ControlThread(faults),
          workers,
          tables,
          peers,
          PRIMITIVES.aead(),
          random,
          () -> 0,
          1L << 30,
          PeerMemory.NONE);
  private final SocketBinding sockets = new SocketBinding(2, 0, 0, true, true, 1 << 20, 1 << 20);
  private final PublicKey ann = PrivateKey.generate(random).publicKey(PRIMITIVES.x25519());
  private int restored;
  private final LiveDevice device =
      new LiveDevice(control, sockets, tables, workers, PRIMITIVES, DOWN, () -> restored++);

  LiveDeviceTest() throws SystemCallException {
    sockets.probe();
    sockets.attach(workers, control);
    device.begin();
  }

  @AfterEach
  void free() {
    sockets.close();
    control.free();
  }

  private static DeviceChange change(Integer port, Long fwmark, PeerChange... peers) {
    return new DeviceChange(null, port, fwmark, false, List.of(peers));
  }

  private static PeerChange peer(PublicKey key, boolean remove, boolean updateOnly, String... ips) {
    return new PeerChange(
        key,
        remove,
        updateOnly,
        null,
        null,
        null,
        false,
        Arrays.stream(ips).map(ip -> new PeerChange.AllowedIp(IpPrefix.parse(ip), false)).toList());
  }

  private static boolean isFree(int port) {
    try {
      UdpSocketPair.open(1, port, 0).forEach(UdpSocketPair::close);
      return true;
    } catch (SystemCallException e) {
      return false;
    }
  }

  @Test
  void shouldBindWhileTheLinkIsUpOnly() throws DeviceChangeException {
    assertThat(device.listenPort()).isZero();
    device.onLink(UP);
    int port = device.listenPort();
    assertThat(port).isPositive();
    assertThat(isFree(port)).isFalse();
    assertThat(restored).isOne();

    device.onLink(DOWN);
    assertThat(isFree(port)).isTrue();
    assertThat(device.listenPort()).as("what it comes back to").isEqualTo(port);
    device.onLink(UP);
    assertThat(device.listenPort()).isEqualTo(port);
    assertThat(isFree(port)).isFalse();
  }

  @Test
  void shouldNotRestoreRoutesWhereTheDeviceIsAway() {
    device.onLink(new LinkState(true, 1420, false));
    assertThat(restored).isZero();
  }

  @Test
  void shouldOnlyNoteThePortWhileTheLinkIsDown() throws Exception {
    int port;
    try (UdpSocketPair taken = UdpSocketPair.open(1, 0, 0).getFirst()) {
      port = taken.localPort();
      device.apply(change(port, 7L));
      assertThat(device.listenPort()).isEqualTo(port);
      assertThat(device.fwmark()).isEqualTo(7);
      device.onLink(UP);
      assertThat(isFree(port)).isFalse();
    }
    assertThat(isFree(port)).as("the link came up without it").isTrue();
    device.apply(change(null, 0L));
    assertThat(isFree(port)).as("any set tries again").isFalse();
  }

  @Test
  void shouldChangeNothingWhenThePortIsTaken() throws Exception {
    device.onLink(UP);
    int before = device.listenPort();
    try (UdpSocketPair taken = UdpSocketPair.open(1, 0, 0).getFirst();
        PrivateKey key = PrivateKey.generate(random)) {
      DeviceChange refused =
          new DeviceChange(
              key, taken.localPort(), 5L, true, List.of(peer(ann, false, false, "10.1.0.0/16")));
      DeviceChangeException why =
          catchThrowableOfType(DeviceChangeException.class, () -> device.apply(refused));
      assertThat(why.errno()).isEqualTo(Errno.EADDRINUSE);
    }
    assertThat(device.listenPort()).isEqualTo(before);
    assertThat(device.fwmark()).isZero();
    assertThat(control.publicKey()).isNull();
    assertThat(control.peers()).isEmpty();
    assertThat(isFree(before)).isFalse();
  }

  @Test
  void shouldMoveToAnotherPortAndMark() throws Exception {
    device.onLink(UP);
    int before = device.listenPort();
    device.apply(change(0, null));
    assertThat(device.listenPort()).isPositive().isNotEqualTo(before);
    assertThat(isFree(before)).isTrue();
  }

  @Test
  void shouldRefuseNumbersOutOfRange() {
    for (DeviceChange wrong :
        List.of(
            change(65_536, null),
            change(-1, null),
            change(null, 1L << 32),
            change(
                null,
                null,
                new PeerChange(ann, false, false, null, null, 65_536, false, List.of())))) {
      assertThatThrownBy(() -> device.apply(wrong))
          .isInstanceOf(DeviceChangeException.class)
          .extracting(e -> ((DeviceChangeException) e).errno())
          .isEqualTo(Errno.EINVAL);
    }
    assertThat(control.peers()).isEmpty();
  }

  @Test
  void shouldTakeAndGiveUpAPrivateKey() throws DeviceChangeException {
    try (PrivateKey key = PrivateKey.generate(random);
        PrivateKey none = PrivateKey.of(new byte[PrivateKey.LENGTH])) {
      device.apply(new DeviceChange(key, null, null, false, List.of()));
      assertThat(control.publicKey()).isEqualTo(key.publicKey(PRIMITIVES.x25519()));
      assertThat(control.copyPrivateKey()).isEqualTo(key);
      device.apply(new DeviceChange(none, null, null, false, List.of()));
      assertThat(control.publicKey()).isNull();
    }
  }

  @Test
  void shouldMakeOnlyUpdateOrRemovePeersAsAsked() throws DeviceChangeException {
    device.apply(change(null, null, peer(ann, false, true, "10.1.0.0/16")));
    assertThat(control.peers()).as("update_only").isEmpty();
    device.apply(change(null, null, peer(ann, true, false)));
    assertThat(control.peers()).as("remove").isEmpty();
    device.apply(change(null, null, peer(ann, false, false, "10.1.0.0/16")));
    device.apply(change(null, null, peer(ann, false, true, "10.2.0.0/16")));
    assertThat(control.peers().getFirst().allowedIps())
        .containsExactly(HOME, IpPrefix.parse("10.2.0.0/16"));
    device.apply(
        change(null, null, peer(ann, true, false), peer(ann, false, false, "10.3.0.0/16")));
    assertThat(control.peers().getFirst().allowedIps())
        .containsExactly(IpPrefix.parse("10.3.0.0/16"));
    device.apply(new DeviceChange(null, null, null, true, List.of()));
    assertThat(control.peers()).isEmpty();
  }

  @Test
  void shouldAddUpChangesOfOnePeerInTheirOrder() throws DeviceChangeException {
    PresharedKey key = PresharedKey.generate(random);
    device.apply(
        change(
            null,
            null,
            new PeerChange(ann, false, false, key, null, 25, false, List.of()),
            peer(ann, false, false, "10.1.0.0/16"),
            new PeerChange(
                ann,
                false,
                false,
                null,
                null,
                null,
                true,
                List.of(
                    new PeerChange.AllowedIp(HOME, false),
                    new PeerChange.AllowedIp(HOME, true),
                    new PeerChange.AllowedIp(IpPrefix.parse("::/0"), false)))));
    PeerSnapshot only = control.peers().getFirst();
    assertThat(only.presharedKey()).isTrue();
    assertThat(only.persistentKeepalive()).hasSeconds(25);
    assertThat(only.allowedIps()).containsExactly(IpPrefix.parse("::/0"));
    key.copyBytes(); // still the caller's: the device has a copy
  }

  @Test
  void shouldPadToTheMtuThatTheLinkHas() {
    device.onLink(new LinkState(true, 34_816, true));
    assertThat(tables.mtu()).isEqualTo(34_816);
    assertThat(device.mtu()).isEqualTo(34_816);
  }

  @Test
  void shouldRestoreRoutesWhenThePortIsTaken() throws Exception {
    device.onLink(UP);
    int port = device.listenPort();
    device.onLink(DOWN);
    List<UdpSocketPair> other = UdpSocketPair.open(1, port, 0);
    try {
      device.onLink(UP);
    } finally {
      other.forEach(UdpSocketPair::close);
    }
    assertThat(restored).isEqualTo(2);
  }

  @Test
  void shouldNotFollowPathsWhileTheDeviceIsInAnotherNamespace() {
    device.followPaths(true);
    device.onLink(UP);
    assertThat(device.followsPaths()).isTrue();
    device.onLink(new LinkState(true, 1420, false));
    assertThat(device.followsPaths()).isFalse();
    device.onLink(UP);
    assertThat(device.followsPaths()).isTrue();
  }
}
