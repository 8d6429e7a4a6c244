package io.taltun.dataplane.access;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.packet.Ip;
import io.taltun.dataplane.packet.TransportPacket;
import io.taltun.fuzz.FuzzTarget;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Packets of a peer with access rules, against the slow way of deciding. Every input lies between
 * zeroes and again between ones: what depends on bytes outside of the packet, differs.
 */
public final class AccessTarget implements FuzzTarget {
  private static final int ROOM = 2048;
  private static final int AROUND = 128;
  private static final long NOW_NS = 1_000;

  private static final List<AccessRule> DENY =
      List.of(new AccessRule(null, 0, AccessRule.TCP, 25, 25));
  private static final List<AccessRule> ALLOW =
      List.of(
          new AccessRule(InetAddress.ofLiteral("10.100.0.0"), 24, AccessRule.TCP, 22, 443),
          new AccessRule(InetAddress.ofLiteral("10.100.0.2"), 32, AccessRule.UDP, 53, 53),
          new AccessRule(InetAddress.ofLiteral("fd99::"), 16, AccessRule.UDP, -1, 65_535),
          new AccessRule(null, 0, AccessRule.ICMP, AccessRule.NO_PORTS, AccessRule.MAX_PORT));

  private final Arena arena = Arena.ofShared();
  private final long zeroes = block(arena, 0);
  private final long ones = block(arena, 0xff);

  private static long block(Arena arena, int fill) {
    return arena.allocate(AROUND + ROOM + AROUND, 64).fill((byte) fill).address() + AROUND;
  }

  /** The packet. */
  @Override
  public void accept(byte[] bytes) {
    NativeMemory.copy(bytes, 0, zeroes, bytes.length);
    NativeMemory.copy(bytes, 0, ones, bytes.length);
    int length = Ip.validate(zeroes, bytes.length);
    if (length >= 0) {
      check(Arrays.copyOf(bytes, length), length);
    }
    for (int i = 0; i < bytes.length; i++) {
      NativeMemory.putByte(zeroes + i, (byte) 0);
      NativeMemory.putByte(ones + i, (byte) 0xff);
    }
  }

  private void check(byte[] packet, int length) {
    FlowTable flows = new FlowTable(new SplittableRandom(1), 256);
    AccessPolicy policy = new AccessPolicy(1, DENY, ALLOW, false, flows);
    ReferenceAccess reference = new ReferenceAccess(DENY, ALLOW);
    for (int time = 0; time < 2; time++) {
      boolean expected = reference.admits(packet, NOW_NS);
      if (policy.admits(zeroes, length, NOW_NS) != expected
          || policy.admits(ones, length, NOW_NS) != expected) {
        throw new AssertionError("not " + expected);
      }
      reference.follow(packet, NOW_NS);
      policy.follow(zeroes, length, NOW_NS);
      policy.follow(ones, length, NOW_NS);
    }
  }

  @Override
  public List<byte[]> seeds() {
    RandomPackets packets = new RandomPackets(new SplittableRandom(2));
    byte[][] seeds = new byte[40][];
    Arrays.setAll(seeds, i -> i % 2 == 0 ? packets.outbound() : packets.inbound());
    seeds[0] = TransportPacket.tcp4().payload(20, 0).build();
    seeds[1] = TransportPacket.udp6().payload(20, 0).build();
    return List.of(seeds);
  }

  @Override
  public int maxLength() {
    return 256;
  }

  @Override
  public void close() {
    arena.close();
  }
}
