package io.taltun.daemon.simulation;

import io.taltun.crypto.wire.MessageType;
import io.taltun.crypto.wire.TransportData;
import io.taltun.daemon.simulation.Tally.Event;
import io.taltun.dataplane.udp.Endpoint;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Sees every datagram and sends what it likes, from wherever it likes: recordings, recordings with
 * other bits, another length or another index, and garbage. It has no key.
 *
 * <p>While it is to be mild it only repeats what arrived since the network was mended, where it was
 * meant to, as a recording that never did is a late datagram like any other.
 */
final class Attacker {
  private static final int RECORDED = 128;
  private static final int KINDS = 8;
  private static final long MOST_DELAY_NS = 50_000_000;

  private final World world;
  private final SplittableRandom random;
  private final Datagram[] recordings = new Datagram[RECORDED];
  private int recorded;

  Attacker(World world) {
    this.world = world;
    random = world.random.split();
  }

  void observe(Datagram datagram) {
    recordings[recorded++ % RECORDED] = datagram;
  }

  void forgetRecordings() {
    Arrays.fill(recordings, null);
    recorded = 0;
  }

  /** Sends one datagram, if there is something to make it of. */
  void act(boolean mild) {
    Datagram recording = recordings[random.nextInt(RECORDED)];
    if (recording == null) {
      return;
    }
    world.tally.count(Event.FORGERIES);
    Datagram forged = forge(recording, mild);
    if (forged != null) {
      world.network.inject(forged, random.nextLong(MOST_DELAY_NS));
    }
  }

  private Datagram forge(Datagram recording, boolean mild) {
    boolean repeatable = !mild || recording.message().arrived;
    return switch (random.nextInt(KINDS)) {
      case 0 -> repeatable ? recording : null;
      case 1 -> repeatable ? recording.between(anywhere(), recording.to()) : null;
      case 2 -> repeatable ? recording.between(recording.from(), someHost()) : null;
      case 3 -> world.network.altered(recording).between(anywhere(), recording.to());
      case 4 -> recording.with(resized(recording.bytes()));
      case 5 -> garbage(recording);
      case 6 -> mixed(recording);
      default -> world.network.altered(recording);
    };
  }

  private Endpoint someHost() {
    return world.hosts[random.nextInt(world.hosts.length)].address;
  }

  /** An address of its own, or one that a device has. */
  private Endpoint anywhere() {
    return random.nextInt(4) == 0
        ? someHost()
        : Endpoint.ofIpv4(0xcb00_7100 + random.nextInt(4), 1 + random.nextInt(3));
  }

  private byte[] resized(byte[] bytes) {
    int length = random.nextInt(2 * bytes.length);
    return Arrays.copyOf(bytes, length == bytes.length ? length + 1 : length);
  }

  private Datagram garbage(Datagram like) {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    if (bytes.length >= MessageType.LENGTH && random.nextBoolean()) {
      System.arraycopy(like.bytes(), 0, bytes, 0, MessageType.LENGTH);
    }
    return new Datagram(
        new Message(Message.NOBODY, Message.NOBODY, Message.NOBODY, bytes),
        bytes,
        anywhere(),
        like.to());
  }

  /** The header of one transport message before the body of another. */
  private Datagram mixed(Datagram recording) {
    Datagram other = recordings[random.nextInt(RECORDED)];
    if (other == null
        || recording.type() != MessageType.TRANSPORT_DATA
        || other.type() != MessageType.TRANSPORT_DATA
        || TransportData.counter(recording.bytes()) == TransportData.counter(other.bytes())) {
      return null;
    }
    byte[] bytes = recording.bytes().clone();
    System.arraycopy(other.bytes(), 0, bytes, 0, TransportData.HEADER_LENGTH);
    return recording.with(bytes);
  }
}
