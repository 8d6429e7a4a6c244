package io.taltun.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PublicKey;
import io.taltun.dataplane.udp.Endpoint;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class StateFormatTest {
  private static final PublicKey ANN = key(1);
  private static final PublicKey BEN = key(2);
  private static final Endpoint PLACE = Endpoint.ofIpv4(0xc000_0201, 51820);

  static PublicKey key(int number) {
    byte[] raw = new byte[PublicKey.LENGTH];
    raw[0] = (byte) number;
    raw[1] = (byte) (number >>> 8);
    return PublicKey.of(raw);
  }

  static byte[] label(int number) {
    return ByteBuffer.allocate(12).putLong(1L << 62 | number).putInt(0).array();
  }

  @Test
  void shouldReadBackWhatWasWritten() {
    PeerRecord ann = new PeerRecord(ANN, PLACE, "gw.example:51820", label(7));
    PeerRecord ben = new PeerRecord(BEN, Endpoint.ofIpv6(0xfe80L << 48, 9, 65535, 3), "", null);
    LoadedState read = StateFormat.read(StateFormat.whole(List.of(ann, ben), label(9)));

    assertThat(read.damaged()).isFalse();
    assertThat(read.sent()).isEqualTo(label(9));
    assertThat(read.peers().keySet()).containsExactly(ANN, BEN);
    assertThat(read.peers().get(ANN)).usingRecursiveComparison().isEqualTo(ann);
    assertThat(read.peers().get(BEN)).usingRecursiveComparison().isEqualTo(ben);
  }

  @Test
  void shouldFollowTheConfigurationWhenItSaysSomethingElseThanItDid() {
    PeerRecord ann = new PeerRecord(ANN, PLACE, "gw.example:51820", null);

    assertThat(ann.endpointFor("gw.example:51820")).isEqualTo(PLACE);
    assertThat(ann.endpointFor("gw.example:4711")).isNull();
    assertThat(ann.endpointFor("")).isNull();
  }

  /** Records of one peer, numbered; and the offsets at which each begins. */
  private static byte[] numbered(int count, List<Integer> offsets) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(StateFormat.header());
    for (int i = 1; i <= count; i++) {
      offsets.add(out.size());
      Endpoint place = Endpoint.ofIpv4(0xc000_0200, i);
      out.writeBytes(StateFormat.peer(new PeerRecord(ANN, place, "", label(i))));
    }
    offsets.add(out.size());
    return out.toByteArray();
  }

  private static void assertReadsUpTo(LoadedState read, int records, int offset, boolean damaged) {
    assertThat(read.damaged()).isEqualTo(damaged);
    assertThat(read.goodBytes()).isEqualTo(offset);
    if (records == 0) {
      assertThat(read.peers()).isEmpty();
    } else {
      assertThat(read.peers().get(ANN).timestamp()).isEqualTo(label(records));
      assertThat(read.peers().get(ANN).endpoint().port()).isEqualTo(records);
    }
  }

  @Test
  void shouldUseTheLastIntactRecordWhereverTheFileEnds() {
    List<Integer> offsets = new ArrayList<>();
    byte[] file = numbered(5, offsets);
    for (int length = StateFormat.HEADER_BYTES; length <= file.length; length++) {
      int records = 0;
      while (records < 5 && offsets.get(records + 1) <= length) {
        records++;
      }
      int good = offsets.get(records);
      assertReadsUpTo(StateFormat.read(Arrays.copyOf(file, length)), records, good, good != length);
    }
    for (int length = 0; length < StateFormat.HEADER_BYTES; length++) {
      assertReadsUpTo(StateFormat.read(Arrays.copyOf(file, length)), 0, 0, true);
    }
  }

  @Test
  void shouldUseTheLastRecordBeforeAByteThatIsFlipped() {
    List<Integer> offsets = new ArrayList<>();
    byte[] file = numbered(5, offsets);
    for (int at = StateFormat.HEADER_BYTES; at < file.length; at++) {
      int records = 0;
      while (offsets.get(records + 1) <= at) {
        records++;
      }
      assertReadsUpTo(
          StateFormat.read(CrashingDisk.flipped(file, at)), records, offsets.get(records), true);
    }
    for (int at = 0; at < StateFormat.HEADER_BYTES; at++) {
      assertReadsUpTo(StateFormat.read(CrashingDisk.flipped(file, at)), 0, 0, true);
    }
  }

  @Test
  void shouldNeverThrowWhateverTheBytes() {
    long seed = 4711;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] file = new byte[random.nextInt(300)];
      random.nextBytes(file);
      byte[] header = StateFormat.header();
      System.arraycopy(header, 0, file, 0, Math.min(header.length, file.length));
      assertThat(StateFormat.read(file)).as("seed %d, file %d", seed, i).isNotNull();
    }
  }

  @Test
  void shouldReadNothingOfAnotherVersion() {
    ByteBuffer file = ByteBuffer.wrap(StateFormat.whole(List.of(), label(1)));
    file.putInt(8, 2);
    CRC32C check = new CRC32C();
    check.update(file.array(), 0, 12);
    LoadedState read = StateFormat.read(file.putInt(12, (int) check.getValue()).array());

    assertThat(read.ofOtherVersion()).isTrue();
    assertThat(read.version()).isEqualTo(2);
    assertThat(read.peers()).isEmpty();
    assertThat(read.sent()).isNull();
  }
}
