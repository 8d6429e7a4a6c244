package io.taltun.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What joins and what does not; the rules of trap 14 one by one. */
class CoalescerTest {
  private static final int SIZE = 1_000;

  @AutoClose private final Arena arena = Arena.ofConfined();

  private final Counters counters = new Counters();
  private final TunRecorder tun = new TunRecorder(10);
  private final Coalescer coalescer = new Coalescer(arena, tun, counters, true, true);
  private final PacketStore store = new PacketStore(arena);
  private final List<byte[]> added = new ArrayList<>();

  @Test
  void shouldWriteOnePacketWhenAFlowsPacketsFollowEachOther() {
    for (TransportPacket first : kinds()) {
      for (int i = 0; i < 10; i++) {
        add(next(first, i));
      }
      assertThat(tun.writes).isEmpty();
      assertThat(coalescer.isEmpty()).isFalse();

      coalescer.flush();

      assertThat(coalescer.isEmpty()).isTrue();
      assertThat(tun.writes).hasSize(1);
      assertThat(tun.writes.get(0)).hasSize(10 + first.headerLength() + 10 * SIZE);
      assertTaken();
    }
    assertThat(counters.get(Counter.TUN_WRITES)).isEqualTo(4);
    assertThat(counters.get(Counter.TUN_WRITTEN_PACKETS)).isEqualTo(40);
  }

  @Test
  void shouldWritePacketsAsTheyAreWhenTheyComeAlone() {
    for (TransportPacket first : kinds()) {
      add(next(first, 0));
      coalescer.flush();

      assertThat(tun.writes).hasSize(1);
      assertThat(tun.writes.get(0)).startsWith(new byte[10]).endsWith(added.get(0));
      assertTaken();
    }
  }

  @Test
  void shouldCoalesceWhenFlowsAlternate() {
    for (int i = 0; i < 5; i++) {
      for (int flow = 0; flow < 8; flow++) {
        TransportPacket first = kinds().get(flow % 4);
        first.sourcePort = 5_000 + flow;
        add(next(first, i));
      }
    }
    coalescer.flush();

    assertThat(tun.writes).hasSize(8);
    assertThat(tun.take()).containsExactlyInAnyOrderElementsOf(added);
  }

  @Test
  void shouldWriteTheFlowThatWaitedLongestWhenTooManyAreOpen() {
    for (int flow = 0; flow < 9; flow++) {
      TransportPacket first = TransportPacket.tcp4().payload(SIZE, flow);
      first.sourcePort = 5_000 + flow;
      add(first);
    }

    assertThat(tun.writes).hasSize(1);
    assertThat(tun.take()).containsExactly(added.get(0));

    coalescer.flush();

    assertThat(tun.take()).containsExactlyElementsOf(added.subList(1, 9));
  }

  @Test
  void shouldCloseTheWholeWhenAPieceIsShorter() {
    for (TransportPacket first : kinds()) {
      add(next(first, 0));
      add(next(first, 1).payload(SIZE - 1, 1));

      assertThat(tun.writes).as("written at once").hasSize(1);
      TransportPacket third = next(first, 2);
      third.sequence--;
      add(third);
      coalescer.flush();
      assertThat(tun.writes).hasSize(2);
      assertTaken();
    }
  }

  @Test
  void shouldStartAnewWhenAPieceIsLonger() {
    for (TransportPacket first : kinds()) {
      assertApart(first, it -> it.payload(SIZE + 1, 1));
    }
  }

  @Test
  @DisplayName("Trap 14: a flow's packets stay in order when one in between cannot join")
  void shouldKeepTheOrderOfAFlowWhenAPacketCannotJoin() {
    TransportPacket first = TransportPacket.tcp4().payload(SIZE, 0);
    add(next(first, 0));
    add(next(first, 1));
    TransportPacket ack = next(first, 2).payload(0, 0);
    add(ack);

    assertThat(tun.writes).hasSize(2);
    assertTaken();

    add(next(first, 2));
    TransportPacket fin = next(first, 3);
    fin.flags |= 0x01;
    add(fin);
    add(next(first, 4));
    coalescer.flush();

    assertTaken();
  }

  @Test
  @DisplayName("Trap 14: PSH goes with the last piece and closes the whole")
  void shouldCloseTheWholeWhenAPieceIsPushed() {
    TransportPacket first = TransportPacket.tcp6().payload(SIZE, 0);
    add(next(first, 0));
    add(next(first, 1));
    TransportPacket pushed = next(first, 2);
    pushed.flags |= 0x08;
    add(pushed);

    assertThat(tun.writes).hasSize(1);
    add(next(first, 3));
    coalescer.flush();
    assertThat(tun.writes).hasSize(2);
    assertTaken();
  }

  @Test
  @DisplayName("Trap 14: nothing joins a packet that is pushed itself")
  void shouldWriteAtOnceWhenTheFirstIsPushed() {
    TransportPacket first = TransportPacket.tcp4().payload(SIZE, 0);
    first.flags |= 0x08;
    add(first);

    assertThat(tun.writes).hasSize(1);
    assertThat(coalescer.isEmpty()).isTrue();
    assertTaken();
  }

  @Test
  @DisplayName("Trap 14: SYN, FIN, RST, URG, ECE, CWR never join")
  void shouldNotJoinWhenOtherFlagsAreSet() {
    for (int flags : new int[] {0x01, 0x02, 0x04, 0x20, 0x40, 0x80, 0xc0}) {
      assertApart(TransportPacket.tcp4(), it -> it.flags |= flags);
      TransportPacket first = TransportPacket.tcp6();
      first.flags |= flags;
      assertApart(first, it -> {});
    }
    assertApart(TransportPacket.tcp4(), it -> it.flags = 0x08);
    assertApart(TransportPacket.tcp4(), it -> it.flags = 0);
  }

  @Test
  @DisplayName("Trap 14: acknowledgment, window and urgent pointer must be the same")
  void shouldNotJoinWhenTcpFieldsDiffer() {
    assertApart(TransportPacket.tcp4(), it -> it.acknowledgment++);
    assertApart(TransportPacket.tcp4(), it -> it.window++);
    assertApart(TransportPacket.tcp4(), it -> it.urgent++);
  }

  @Test
  @DisplayName("Trap 14: TCP options, timestamps among them, must be the same")
  void shouldNotJoinWhenTcpOptionsDiffer() {
    TransportPacket first = TransportPacket.tcp4();
    first.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 9};
    for (int i = 0; i < first.tcpOptions.length; i++) {
      int at = i;
      assertApart(
          first,
          it -> {
            it.tcpOptions = it.tcpOptions.clone();
            it.tcpOptions[at] ^= 1;
          });
    }
    assertApart(first, it -> it.tcpOptions = new byte[0]);
    assertApart(first, it -> it.tcpOptions = Arrays.copyOf(it.tcpOptions, 16));
    assertJoined(first, it -> it.tcpOptions = it.tcpOptions.clone());
  }

  @Test
  @DisplayName("Trap 14: TTL, hop limit, TOS and ECN must be the same")
  void shouldNotJoinWhenIpFieldsDiffer() {
    for (TransportPacket first : kinds()) {
      assertApart(first, it -> it.hops--);
      assertApart(first, it -> it.trafficClass = 0x20);
      first.trafficClass = 2;
      assertApart(first, it -> it.trafficClass = 3);
      assertJoined(first, it -> {});
    }
  }

  @Test
  @DisplayName("Trap 14: the flow label must be the same")
  void shouldNotJoinWhenFlowLabelsDiffer() {
    assertApart(TransportPacket.tcp6(), it -> it.flowLabel ^= 1);
    assertApart(TransportPacket.udp6(), it -> it.flowLabel ^= 0x80000);
  }

  @Test
  @DisplayName("Trap 14: Don't Fragment must be the same, identifications count up without it")
  void shouldNotJoinWhenTheKernelCouldNotMakeTheSameIdentification() {
    assertApart(TransportPacket.udp4(), it -> it.fragment = 0);
    TransportPacket first = TransportPacket.udp4();
    first.fragment = 0;
    first.identification = 0xffff;
    assertApart(first, it -> it.fragment = 0x4000);
    assertApart(first, it -> it.identification++);
    assertApart(first, it -> it.identification--);
    assertJoined(first, it -> {});
  }

  /** RFC 6864, section 4.1: under DF the field says nothing. */
  @Test
  void shouldJoinWhenIdentificationsAreFixedUnderDontFragment() {
    TransportPacket first = TransportPacket.udp4();
    first.identification = 0;
    add(first.payload(SIZE, 0));
    TransportPacket second = next(first, 1);
    second.identification = 0;
    add(second);
    coalescer.flush();

    assertThat(tun.writes).hasSize(1);
  }

  @Test
  @DisplayName("Trap 14: IP options, fragments and extension headers go alone and overtake nothing")
  void shouldKeepTheOrderWhenAPacketBelongsToNoFlow() {
    List<Consumer<TransportPacket>> changes =
        List.of(
            it -> it.ipOptions = new byte[] {1, 1, 1, 0},
            it -> it.fragment = 0x2000,
            it -> it.fragment = 0x4001,
            it -> it.fragment = 0x0007,
            it -> it.fragment = 0xc000);
    for (Consumer<TransportPacket> change : changes) {
      for (TransportPacket first : List.of(TransportPacket.tcp4(), TransportPacket.udp4())) {
        add(next(first, 0));
        add(next(first, 1));
        TransportPacket odd = next(first, 2);
        change.accept(odd);
        add(odd);
        add(next(first, 3));
        coalescer.flush();
        assertThat(tun.writes).hasSize(3);
        assertTaken();
      }
    }
    for (int nextHeader : new int[] {0, 43, 44, 58, 60}) {
      add(next(TransportPacket.udp6(), 0));
      byte[] odd = next(TransportPacket.udp6(), 1).build();
      odd[6] = (byte) nextHeader;
      add(odd);
      add(next(TransportPacket.udp6(), 2));
      coalescer.flush();
      assertThat(tun.writes).hasSize(3);
      assertTaken();
    }
  }

  @Test
  @DisplayName("Trap 14: a wrong checksum is not made right by joining")
  void shouldWriteAPacketAsItIsWhenAChecksumIsWrong() {
    for (TransportPacket first : kinds()) {
      int transport = first.transport();
      int ipv4Checksum = 11;
      int[] places = {transport + (first.tcp ? 16 : 6), first.headerLength() + 5, ipv4Checksum};
      for (int place : first.v6 ? Arrays.copyOf(places, 2) : places) {
        add(next(first, 0));
        byte[] wrong = next(first, 1).build();
        wrong[place] ^= 0x10;
        add(wrong);
        add(next(first, 2));
        coalescer.flush();
        assertThat(tun.writes).hasSize(3);
        assertTaken();
        // The first is held to the same.
        add(wrong);
        add(next(first, 2));
        coalescer.flush();
        assertThat(tun.writes).hasSize(2);
        assertTaken();
      }
    }
  }

  @Test
  @DisplayName("Trap 14: a UDP packet without a checksum stays without one")
  void shouldNotJoinWhenUdpHasNoChecksum() {
    byte[] first = next(TransportPacket.udp4(), 0).build();
    byte[] second = next(TransportPacket.udp4(), 1).build();
    ReferenceOffload.put16(first, 26, 0);
    ReferenceOffload.put16(second, 26, 0);
    add(first);
    add(second);
    coalescer.flush();

    assertThat(tun.writes).hasSize(2);
    assertTaken();
  }

  @Test
  void shouldNotJoinWhenTheUdpLengthIsAnotherOne() {
    TransportPacket first = TransportPacket.udp4().payload(SIZE, 0);
    add(first);
    byte[] second = next(first, 1).build();
    ReferenceOffload.put16(second, 24, 8 + SIZE - 2);
    add(second);
    coalescer.flush();

    assertThat(tun.writes).hasSize(2);
    assertTaken();
  }

  @Test
  void shouldNotJoinWhenSequenceNumbersHaveAGap() {
    assertApart(TransportPacket.tcp4(), it -> it.sequence++);
    assertApart(TransportPacket.tcp4(), it -> it.sequence -= SIZE);
    TransportPacket wrapping = TransportPacket.tcp4();
    wrapping.sequence = -SIZE / 2;
    assertJoined(wrapping, it -> {});
  }

  @Test
  void shouldNotJoinWhenAddressesOrPortsDiffer() {
    for (TransportPacket first : kinds()) {
      assertApart(first, it -> it.host ^= 1);
      assertApart(first, it -> it.sourcePort++);
      assertApart(first, it -> it.destinationPort++);
    }
  }

  @Test
  void shouldNeverGrowAPacketBeyondWhatItsLengthFieldHolds() {
    for (TransportPacket first : kinds()) {
      for (int i = 0; i < 70; i++) {
        add(next(first, i));
      }
      coalescer.flush();
      assertThat(tun.writes).hasSize(2).allMatch(it -> it.length <= 10 + 65_535);
      assertTaken();
    }
  }

  @Test
  void shouldStopAtTheNumberOfPiecesThatTheKernelTakes() {
    for (TransportPacket first : kinds()) {
      int most = first.tcp ? 128 : 64;
      for (int i = 0; i < most + 1; i++) {
        TransportPacket it = next(first, i).payload(100, i);
        it.sequence = first.sequence + i * 100;
        add(it);
      }
      coalescer.flush();
      assertThat(tun.writes).hasSize(2);
      assertThat(tun.writes.get(0)).hasSize(10 + first.headerLength() + most * 100);
      assertTaken();
    }
  }

  @Test
  void shouldJoinOneKindOnlyWhenTheOtherIsOff() {
    Coalescer tcpOnly = new Coalescer(arena, tun, counters, true, false);
    assertThat(tcpOnly.tcpEnabled()).isTrue();
    assertThat(tcpOnly.udpEnabled()).isFalse();
    for (TransportPacket first : kinds()) {
      for (int i = 0; i < 3; i++) {
        byte[] packet = next(first, i).build();
        tcpOnly.add(store.put(packet), packet.length);
      }
      tcpOnly.flush();
      assertThat(tun.writes).hasSize(first.tcp ? 1 : 3);
      tun.writes.clear();
      store.reset();
    }
  }

  @Test
  void shouldWriteBarePacketsWhenTheDeviceHasNoVirtioHeader() {
    TunRecorder bare = new TunRecorder(0);
    Coalescer plain = new Coalescer(arena, bare, counters, true, true);
    assertThat(plain.tcpEnabled()).isFalse();
    assertThat(plain.udpEnabled()).isFalse();
    for (int i = 0; i < 3; i++) {
      byte[] packet = next(TransportPacket.tcp4(), i).build();
      plain.add(store.put(packet), packet.length);
      added.add(packet);
    }

    assertThat(plain.isEmpty()).isTrue();
    assertThat(bare.take()).containsExactlyElementsOf(added);
  }

  private static List<TransportPacket> kinds() {
    return List.of(
        TransportPacket.tcp4(),
        TransportPacket.udp4(),
        TransportPacket.tcp6(),
        TransportPacket.udp6());
  }

  /** The packet that follows {@code i} others of a flow. */
  private static TransportPacket next(TransportPacket first, int i) {
    TransportPacket next = first.copy().payload(SIZE, i);
    next.sequence = first.sequence + i * SIZE;
    next.identification = first.identification + i;
    return next;
  }

  /** Whether a flow's second packet goes alone once it is changed, and both arrive. */
  private void assertApart(TransportPacket first, Consumer<TransportPacket> change) {
    assertThat(writesOfTwo(first, change)).isEqualTo(2);
  }

  private void assertJoined(TransportPacket first, Consumer<TransportPacket> change) {
    assertThat(writesOfTwo(first, change)).isEqualTo(1);
  }

  private int writesOfTwo(TransportPacket first, Consumer<TransportPacket> change) {
    add(next(first, 0));
    TransportPacket second = next(first, 1);
    change.accept(second);
    add(second);
    coalescer.flush();
    int writes = tun.writes.size();
    assertTaken();
    return writes;
  }

  private void add(TransportPacket packet) {
    add(packet.build());
  }

  private void add(byte[] packet) {
    coalescer.add(store.put(packet), packet.length);
    added.add(packet);
  }

  /** Whether the kernel gets what was added, in order. */
  private void assertTaken() {
    assertThat(tun.take()).containsExactlyElementsOf(added);
    added.clear();
    store.reset();
  }
}
