package io.taltun.dataplane.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.os.Offload;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Trap 13, at start: what the kernel has is found out by asking, and each can be switched off. */
class UdpOffloadsTest {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;

  @AutoClose private final UdpSocketPair sockets = UdpSocketPair.open(1, 0, 0).getFirst();

  /** A socket that has neither option, as those of an old kernel. */
  @AutoClose
  private final UdpSocketPair old =
      new UdpSocketPair(UdpSocket.over(Syscall.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0)), null);

  UdpOffloadsTest() throws SystemCallException {}

  @Test
  void shouldDoWithoutWhenTheKernelRefuses() {
    UdpOffloads refused = UdpOffloads.enable(List.of(old), true, true);
    assertThat(refused.gso().on()).isFalse();
    assertThat(refused.gro().on()).isFalse();
    assertThat(refused.gso().reason()).isNotEmpty();
    assertThat(refused.gro().reason()).isNotEmpty();
  }

  @Test
  void shouldDoWithoutEverywhereWhenOneSocketHasItNot() {
    for (List<UdpSocketPair> pairs : List.of(List.of(old, sockets), List.of(sockets, old))) {
      UdpOffloads refused = UdpOffloads.enable(pairs, true, true);
      assertThat(refused.gso().on()).isFalse();
      assertThat(refused.gro().on()).isFalse();
    }
  }

  @Test
  void shouldSwitchOnWhatIsWantedAndNothingElse() {
    for (int bits = 0; bits < 4; bits++) {
      boolean gso = (bits & 1) != 0;
      boolean gro = (bits & 2) != 0;
      assertThat(UdpOffloads.enable(List.of(sockets), gso, gro))
          .isEqualTo(new UdpOffloads(state(gso), state(gro)));
    }
  }

  @Test
  void shouldNotAskTheKernelWhenItIsSwitchedOff() {
    assertThat(UdpOffloads.enable(List.of(old), false, false)).isEqualTo(UdpOffloads.NONE);
  }

  private static Offload state(boolean on) {
    return on ? Offload.ON : Offload.OFF;
  }
}
