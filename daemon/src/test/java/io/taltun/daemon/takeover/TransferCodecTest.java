package io.taltun.daemon.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.daemon.control.DeviceTransfer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TransferCodecTest {
  private static final long SEED = 20;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final MadeUpDevice made = new MadeUpDevice(random);

  @Test
  void shouldReadBackWhatWasWritten() throws TakeoverException {
    for (int i = 0; i < 100; i++) {
      DeviceTransfer device = made.device();
      assertThat(TransferCodec.read(TransferCodec.write(device)))
          .as("device %d of seed %d", i, SEED)
          .usingRecursiveComparison()
          .isEqualTo(device);
    }
  }

  @Test
  void shouldSayThatItCannotBeReadWhereverItEnds() {
    byte[] message = TransferCodec.write(made.device());
    for (int i = 0; i < 500; i++) {
      byte[] cut = Arrays.copyOf(message, random.nextInt(message.length));
      assertThatThrownBy(() -> TransferCodec.read(cut)).isInstanceOf(TakeoverException.class);
    }
  }

  @Test
  void shouldReadOrRefuseWhateverIsFlipped() {
    byte[] message = TransferCodec.write(made.device());
    for (int i = 0; i < 2000; i++) {
      byte[] other = message.clone();
      other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        assertThat(TransferCodec.read(other)).isNotNull();
      } catch (TakeoverException refused) {
        assertThat(refused.getMessage()).startsWith("the other process's message");
      }
    }
  }

  @Test
  void shouldShowNoKeyInWords() {
    DeviceTransfer device = made.device();
    assertThat(device.toString()).isEqualTo("DeviceTransfer[" + device.publicKey() + "]");
    device.erase();
    device.peers().forEach(peer -> assertThat(peer.presharedKey()).containsOnly(0));
  }
}
