package io.taltun.dataplane.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.Allocation;
import io.taltun.dataplane.Packets;
import io.taltun.dataplane.Seed;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class AccessPolicyTest {
  private static final int ROUNDS = 400;
  private static final int STEPS = 2_000;
  private static final String PEER = "10.99.0.2";
  private static final String HOST = "10.0.0.5";

  @AutoClose private final Arena arena = Arena.ofConfined();

  private final long memory = arena.allocate(4096, 64).address() + 64;
  private final RandomGenerator random = Seed.random();
  private long nowNs = random.nextLong();

  @Test
  void shouldSayWhatTheSlowWayOfSayingItSaysWhateverRulesAndPackets() {
    RandomPackets packets = new RandomPackets(random);
    int admitted = 0;
    int denied = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<AccessRule> deny = packets.rules(3);
      List<AccessRule> allow = random.nextInt(4) == 0 ? null : packets.rules(4);
      ReferenceAccess reference = new ReferenceAccess(deny, allow);
      AccessPolicy policy = new AccessPolicy(7, deny, allow, false, new FlowTable(random));
      for (int step = 0; step < STEPS; step++) {
        nowNs += random.nextInt(8) == 0 ? random.nextLong(100_000_000_000L) : 1000;
        if (random.nextInt(3) == 0) {
          byte[] packet = packets.outbound();
          reference.follow(packet, nowNs);
          assertThat(policy.follow(put(packet), packet.length, nowNs)).isFalse();
          continue;
        }
        byte[] packet = packets.inbound();
        boolean expected = reference.admits(packet, nowNs);
        boolean admits = policy.admits(put(packet), packet.length, nowNs);
        if (admits != expected) {
          throw new AssertionError(
              "seed %d: %s deny %s allow %s: %s"
                  .formatted(Seed.VALUE, admits, deny, allow, HexFormat.of().formatHex(packet)));
        }
        admitted += admits ? 1 : 0;
        denied += admits ? 0 : 1;
      }
    }
    assertThat(admitted).isGreaterThan(ROUNDS * STEPS / 20);
    assertThat(denied).isGreaterThan(ROUNDS * STEPS / 20);
  }

  @Test
  void shouldKnowAnAnswerByThePeerItWasAskedOf() {
    FlowTable flows = new FlowTable(new SplittableRandom(1));
    AccessPolicy asked = new AccessPolicy(1, List.of(), List.of(), false, flows);
    AccessPolicy other = new AccessPolicy(2, List.of(), List.of(), false, flows);
    byte[] question = udp(HOST, 4000, PEER, 53);
    byte[] answer = udp(PEER, 53, HOST, 4000);

    asked.follow(put(question), question.length, nowNs);
    assertThat(other.admits(put(answer), answer.length, nowNs)).isFalse();
    assertThat(asked.admits(put(answer), answer.length, nowNs)).isTrue();
    assertThat(asked.admits(put(answer), answer.length, nowNs + AccessPolicy.UDP_LIFE_NS))
        .isFalse();
  }

  @Test
  void shouldNotTakeAConnectionThatThePeerBeganForAnAnswer() {
    AccessPolicy policy =
        new AccessPolicy(1, List.of(), List.of(), false, new FlowTable(new SplittableRandom(1)));
    byte[] synAck = tcp(HOST, 22, PEER, 4000, 0x12);
    byte[] data = tcp(PEER, 4000, HOST, 22, 0x10);

    policy.follow(put(synAck), synAck.length, nowNs);
    assertThat(policy.admits(put(data), data.length, nowNs)).isFalse();
  }

  @Test
  void shouldAdmitTheAnswersOfAConnectionOverHoursWhenItIsNotSilent() {
    AccessPolicy policy =
        new AccessPolicy(1, List.of(), List.of(), false, new FlowTable(new SplittableRandom(1)));
    byte[] syn = tcp(HOST, 4000, PEER, 22, 0x02);
    byte[] data = tcp(PEER, 22, HOST, 4000, 0x10);

    policy.follow(put(syn), syn.length, nowNs);
    for (int hour = 0; hour < 48; hour++) {
      nowNs += TimeUnit.HOURS.toNanos(1);
      assertThat(policy.admits(put(data), data.length, nowNs)).isTrue();
    }
    nowNs += AccessPolicy.TCP_LIFE_NS;
    assertThat(policy.admits(put(data), data.length, nowNs)).isFalse();
  }

  @Test
  void shouldAllocateNothingWhenItDecides() throws Exception {
    AccessRule rule = new AccessRule(InetAddress.ofLiteral("10.0.0.0"), 24, AccessRule.TCP, 22, 22);
    AccessPolicy policy =
        new AccessPolicy(1, List.of(), List.of(rule), true, new FlowTable(new SplittableRandom(1)));
    byte[] question = udp(HOST, 4000, PEER, 53);
    byte[] answer = udp(PEER, 53, HOST, 4000);
    byte[] denied = udp(PEER, 53, HOST, 4001);
    NativeMemory.copy(question, 0, memory, question.length);
    NativeMemory.copy(answer, 0, memory + 128, question.length);
    NativeMemory.copy(denied, 0, memory + 256, question.length);
    Runnable decisions =
        () -> {
          for (int i = 0; i < 10_000; i++) {
            policy.follow(memory, question.length, nowNs + i);
            policy.admits(memory + 128, answer.length, nowNs + i);
            policy.admits(memory + 256, denied.length, nowNs + i);
          }
        };
    assertThat(Allocation.afterWarmUp(decisions)).isZero();
  }

  private long put(byte[] packet) {
    NativeMemory.copy(packet, 0, memory, packet.length);
    return memory;
  }

  private static byte[] udp(String from, int fromPort, String to, int toPort) {
    byte[] packet = Packets.packet(from, to, 60);
    ports(packet, fromPort, toPort);
    return packet;
  }

  private static byte[] tcp(String from, int fromPort, String to, int toPort, int flags) {
    byte[] packet = udp(from, fromPort, to, toPort);
    packet[9] = 6;
    packet[33] = (byte) flags;
    return packet;
  }

  private static void ports(byte[] packet, int from, int to) {
    packet[20] = (byte) (from >>> 8);
    packet[21] = (byte) from;
    packet[22] = (byte) (to >>> 8);
    packet[23] = (byte) to;
  }
}
