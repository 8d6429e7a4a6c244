package io.taltun.daemon.state;

import static io.taltun.daemon.state.StateFormatTest.key;
import static io.taltun.daemon.state.StateFormatTest.label;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PublicKey;
import io.taltun.dataplane.udp.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Power cuts and full disks at each step. */
class JournalWriterTest {
  private static final int PEERS = 6;
  private static final int RUNS = 400;

  /** What each peer's record says, and what had been promised when the power went. */
  private final Map<PublicKey, Integer> promised = new HashMap<>();

  private final Map<PublicKey, Integer> begun = new HashMap<>();

  private static PeerRecord record(int peer, int number) {
    return new PeerRecord(
        key(peer),
        Endpoint.ofIpv4(0xc000_0200, 1 + number % 60_000),
        "h".repeat(250),
        label(number));
  }

  /** Writes numbered records until the power goes. */
  private void writeUntilTheEnd(CrashingDisk disk, SplittableRandom random, int from) {
    LoadedState loaded = disk.read() == null ? LoadedState.none() : StateFormat.read(disk.read());
    JournalWriter writer = new JournalWriter(disk, loaded.peers(), loaded.sent());
    begun.clear();
    loaded.peers().forEach((key, peer) -> begun.put(key, number(peer.timestamp())));
    try {
      for (int number = from; ; number++) {
        int peer = random.nextInt(PEERS);
        begun.put(key(peer), number);
        Changes changes =
            new Changes(Collections.singletonMap(key(peer), record(peer, number)), label(number));
        try {
          writer.write(changes);
          promised.putAll(begun);
        } catch (IOException full) {
          // The next write makes up for it.
        }
      }
    } catch (CrashingDisk.PowerCut end) {
      // as wanted
    }
  }

  private static int number(byte[] label) {
    return (int) (ByteBuffer.wrap(label).getLong() & Integer.MAX_VALUE);
  }

  @Test
  void shouldKeepWhatWasPromisedAtWhicheverStepThePowerGoes() {
    for (long seed = 1; seed <= RUNS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      promised.clear();
      begun.clear();
      CrashingDisk disk = new CrashingDisk(random, 0);
      int from = 1;
      for (int life = 0; life < 4; life++) {
        disk = disk.reborn((int) seed % 40 + random.nextInt(600));
        disk.failsAt = random.nextInt(200);
        writeUntilTheEnd(disk, random, from);
        CrashingDisk after = disk.reborn(0);
        LoadedState read =
            after.read() == null ? LoadedState.none() : StateFormat.read(after.read());
        promised.forEach(
            (key, number) ->
                assertThat(number(read.peers().get(key).timestamp()))
                    .isBetween(number, begun.get(key)));
        from += 10_000;
        disk = after;
      }
    }
  }

  @Test
  void shouldStayShortHoweverMuchIsWritten() throws IOException {
    CrashingDisk disk = new CrashingDisk(new SplittableRandom(1), Integer.MAX_VALUE);
    JournalWriter writer = new JournalWriter(disk, Map.of(), null);
    for (int number = 1; number <= 5000; number++) {
      writer.write(new Changes(Map.of(key(1), record(1, number)), null));
    }
    assertThat(disk.read().length).isLessThan(70 << 10);
    assertThat(number(StateFormat.read(disk.read()).peers().get(key(1)).timestamp()))
        .isEqualTo(5000);
  }

  @Test
  void shouldWriteNothingWhenNothingChanged() throws IOException {
    CrashingDisk disk = new CrashingDisk(new SplittableRandom(1), Integer.MAX_VALUE);
    JournalWriter writer = new JournalWriter(disk, Map.of(), null);
    writer.write(new Changes(Map.of(), null));
    int operations = disk.operations();
    writer.write(new Changes(Map.of(), null));
    assertThat(disk.operations()).isEqualTo(operations);
  }

  @Test
  void shouldLeaveNothingOfAPeerThatWasRemoved() throws IOException {
    CrashingDisk disk = new CrashingDisk(new SplittableRandom(1), Integer.MAX_VALUE);
    JournalWriter writer = new JournalWriter(disk, Map.of(), null);
    writer.write(new Changes(Map.of(key(1), record(1, 1), key(2), record(2, 2)), null));
    writer.write(new Changes(Collections.singletonMap(key(1), null), null));
    assertThat(StateFormat.read(disk.read()).peers().keySet()).containsExactly(key(2));
  }
}
