package io.taltun.daemon.takeover;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.daemon.control.DeviceTransfer;
import io.taltun.daemon.control.DeviceTransfer.PeerPart;
import io.taltun.daemon.control.DeviceTransfer.SessionPart;
import io.taltun.daemon.peer.CookieSecret;
import io.taltun.daemon.peer.PeerState;
import io.taltun.daemon.peer.PeerTransfer;
import io.taltun.daemon.peer.PeerTransfer.Life;
import io.taltun.daemon.peer.PeerTransfer.Slot;
import io.taltun.daemon.peer.Presence;
import io.taltun.dataplane.session.PeerLane;
import io.taltun.dataplane.session.ReplayWindow;
import io.taltun.dataplane.session.SessionTransfer;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Devices of random content. */
final class MadeUpDevice {
  private static final int TIMERS = 12;

  private final RandomGenerator random;

  MadeUpDevice(RandomGenerator random) {
    this.random = random;
  }

  DeviceTransfer device() {
    CookieSecret cookies =
        random.nextBoolean() ? new CookieSecret(bytes(32), random.nextLong()) : null;
    return new DeviceTransfer(key(), bytes(Tai64n.LENGTH), cookies, some(4, this::peer));
  }

  private PeerPart peer() {
    PeerTransfer protocol = protocol();
    return new PeerPart(
        key(),
        bytes(PresharedKey.LENGTH),
        random.nextBoolean() ? "" : "gateway.example:51820",
        endpoint(),
        random.nextLong(),
        longs(Presence.COPY_LENGTH),
        protocol,
        protocol.lives().stream().map(_ -> session()).toList(),
        some(3, () -> longs(PeerLane.COPY_LENGTH)),
        some(2, () -> some(3, () -> bytes(random.nextInt(1500)))));
  }

  private SessionPart session() {
    return new SessionPart(
        bytes(TransportKeys.BYTES),
        new SessionTransfer(
            random.nextLong(),
            random.nextBoolean(),
            random.nextBoolean(),
            longs(ReplayWindow.COPY_LENGTH)));
  }

  private PeerTransfer protocol() {
    return new PeerTransfer(
        some(4, this::life),
        random.nextLong(),
        bytes(Tai64n.LENGTH),
        random.nextLong(),
        random.nextLong(),
        random.nextBoolean(),
        any(PeerState.values()),
        random.nextInt(),
        longs(TIMERS),
        longs(PeerTransfer.TRAFFIC_LENGTH));
  }

  private Life life() {
    return new Life(
        any(Slot.values()),
        random.nextInt(),
        random.nextInt(),
        random.nextBoolean(),
        random.nextLong(),
        random.nextLong(),
        null);
  }

  private Endpoint endpoint() {
    int port = random.nextInt(1 << 16);
    return switch (random.nextInt(4)) {
      case 0 -> null;
      case 1 -> Endpoint.ofIpv4(random.nextInt(), port);
      case 2 ->
          Endpoint.ofIpv4(random.nextInt(), port).at(LocalAddress.ofIpv4(random.nextInt(), 3));
      default ->
          Endpoint.ofIpv6(1L << 61, random.nextLong(), port, random.nextInt(9))
              .at(LocalAddress.ofIpv6(random.nextLong(), random.nextLong(), 4));
    };
  }

  private PublicKey key() {
    return PublicKey.of(bytes(PublicKey.LENGTH));
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private long[] longs(int count) {
    return random.longs(count).toArray();
  }

  private <T> T any(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private <T> List<T> some(int most, Supplier<T> each) {
    return Stream.generate(each).limit(random.nextInt(most + 1)).toList();
  }
}
