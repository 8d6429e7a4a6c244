package io.taltun.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.Errno;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Trap 13: what happens when the TUN device does not take a write. */
class CoalescerRefusalTest {
  private static final int PIECES = 5;

  @AutoClose private final Arena arena = Arena.ofConfined();

  private final Counters counters = new Counters();
  private final TunRecorder tun = new TunRecorder(10);
  private final Coalescer coalescer = new Coalescer(arena, tun, counters, true, true);
  private final PacketStore store = new PacketStore(arena);
  private final List<byte[]> added = new ArrayList<>();

  @Test
  @DisplayName("Trap 13: a refused joined write is written in pieces, and not tried again")
  void shouldWriteThePiecesWhenTheWholeIsRefused() {
    for (int errno : new int[] {Errno.EINVAL, Errno.EOPNOTSUPP, Errno.EMSGSIZE}) {
      for (boolean v6 : new boolean[] {false, true}) {
        for (boolean tcp : new boolean[] {false, true}) {
          shouldFallBack(errno, v6, tcp);
        }
      }
    }
  }

  private void shouldFallBack(int errno, boolean v6, boolean tcp) {
    TunRecorder refusing = new TunRecorder(10);
    Counters own = new Counters();
    Coalescer mine = new Coalescer(arena, refusing, own, true, true);
    refusing.errno = write -> TunRecorder.isJoined(write) ? errno : 0;
    List<byte[]> all = new ArrayList<>();
    store.reset();
    // The last is pushed: the first must not keep that.
    for (int i = 0; i < 2 * PIECES; i++) {
      TransportPacket it = packet(v6, tcp, i);
      it.flags |= i == PIECES - 1 ? 0x08 : 0;
      byte[] packet = it.build();
      mine.add(store.put(packet), packet.length);
      all.add(packet);
    }
    mine.flush();

    assertThat(refusing.take()).containsExactlyElementsOf(all);
    assertThat(own.get(Counter.TUN_OFFLOAD_REFUSALS)).isEqualTo(1);
    assertThat(own.get(Counter.TUN_WRITTEN_PACKETS)).isEqualTo(2 * PIECES);
    assertThat(own.get(DropReason.TUN_WRITE_FAILED)).isZero();
    assertThat(mine.tcpEnabled()).isEqualTo(!tcp);
    assertThat(mine.udpEnabled()).isEqualTo(tcp);
  }

  @Test
  @DisplayName("Trap 13: other open packets of the refused kind are not lost either")
  void shouldWriteEveryOpenPacketInPiecesWhenOneIsRefused() {
    tun.errno = write -> TunRecorder.isJoined(write) && write[1] != 5 ? Errno.EINVAL : 0;
    for (int i = 0; i < PIECES; i++) {
      for (int flow = 0; flow < 3; flow++) {
        TransportPacket it = packet(flow == 1, flow != 2, i);
        it.sourcePort += flow;
        add(it);
      }
    }
    coalescer.flush();

    // The two TCP flows in pieces, the UDP flow in one.
    assertThat(tun.writes).hasSize(2 * PIECES + 1);
    assertThat(tun.take()).containsExactlyInAnyOrderElementsOf(added);
    assertThat(counters.get(Counter.TUN_OFFLOAD_REFUSALS)).isEqualTo(1);
    assertThat(coalescer.udpEnabled()).isTrue();
  }

  @Test
  void shouldDropThePiecesWhenTheDeviceTakesNothingForNow() {
    int[] errnos = {
      Errno.EAGAIN, Errno.EIO, Errno.EBADFD, Errno.EBADF, Errno.ENOBUFS, Errno.ENOMEM
    };
    for (int errno : errnos) {
      tun.errno = write -> errno;
      for (int i = 0; i < PIECES; i++) {
        add(packet(false, true, i));
      }
      coalescer.flush();
      assertThat(coalescer.tcpEnabled()).isTrue();
    }
    assertThat(counters.get(DropReason.TUN_WRITE_FAILED)).isEqualTo(errnos.length * PIECES);
    assertThat(counters.get(Counter.TUN_OFFLOAD_REFUSALS)).isZero();
    assertThat(counters.get(Counter.TUN_WRITTEN_PACKETS)).isZero();

    tun.errno = write -> 0;
    added.clear();
    for (int i = 0; i < PIECES; i++) {
      add(packet(false, true, i));
    }
    coalescer.flush();
    assertThat(tun.writes).hasSize(1);
    assertThat(tun.take()).containsExactlyElementsOf(added);
  }

  @Test
  void shouldCountADropWhenALonePacketIsRefused() {
    tun.errno = write -> Errno.EINVAL;
    add(packet(false, true, 0).payload(0, 0));
    add(packet(false, false, 0));
    coalescer.flush();

    assertThat(counters.get(DropReason.TUN_WRITE_FAILED)).isEqualTo(2);
    assertThat(counters.get(Counter.TUN_OFFLOAD_REFUSALS)).isZero();
    assertThat(coalescer.tcpEnabled()).isTrue();
    assertThat(coalescer.udpEnabled()).isTrue();
  }

  private static TransportPacket packet(boolean v6, boolean tcp, int i) {
    TransportPacket packet = new TransportPacket(v6, tcp).payload(700, i);
    packet.tcpOptions = new byte[] {1, 1, 8, 10, 0, 1, 2, 3, 4, 5, 6, 7};
    packet.sequence = i * 700;
    packet.identification = i;
    return packet;
  }

  private void add(TransportPacket it) {
    byte[] packet = it.build();
    coalescer.add(store.put(packet), packet.length);
    added.add(packet);
  }
}
