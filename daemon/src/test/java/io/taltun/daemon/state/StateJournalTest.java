package io.taltun.daemon.state;

import static io.taltun.daemon.state.StateFormatTest.key;
import static io.taltun.daemon.state.StateFormatTest.label;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.noise.Tai64n;
import io.taltun.dataplane.udp.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateJournalTest {
  private static final Endpoint PLACE = Endpoint.ofIpv4(0xc000_0201, 51820);

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("made/tal0.state");
  }

  @Test
  void shouldFindAgainWhatWasLearned() throws Exception {
    try (StateJournal journal = StateJournal.open(file(), Set.of(key(1), key(2)))) {
      assertThat(journal.recall(key(1))).isNull();
      assertThat(journal.greatestSent()).isNull();
      journal.learned(key(1), PLACE, "host:1");
      journal.answered(key(1), label(5));
      journal.answered(key(2), label(6));
      journal.sent(label(7));
    }
    try (StateJournal journal = StateJournal.open(file(), Set.of(key(1)))) {
      assertThat(journal.recall(key(1)).endpointFor("host:1")).isEqualTo(PLACE);
      assertThat(journal.recall(key(1)).timestamp()).isEqualTo(label(5));
      assertThat(journal.recall(key(2))).as("is not a peer any more").isNull();
      assertThat(Tai64n.compare(journal.greatestSent(), label(7))).isPositive();
    }
    try (StateJournal journal = StateJournal.open(file(), Set.of(key(1), key(2)))) {
      assertThat(journal.recall(key(2))).as("was dropped").isNull();
    }
  }

  @Test
  void shouldLetOnlyTheOwnerRead() throws Exception {
    StateJournal.open(file(), Set.of()).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void shouldForgetAPeerThatWasRemoved() throws Exception {
    try (StateJournal journal = StateJournal.open(file(), Set.of(key(1)))) {
      journal.learned(key(1), PLACE, "");
      journal.forget(key(1));
      assertThat(journal.recall(key(1))).isNull();
    }
    try (StateJournal journal = StateJournal.open(file(), Set.of(key(1)))) {
      assertThat(journal.recall(key(1))).isNull();
    }
  }

  @Test
  void shouldSetAFileOfAnotherVersionAside() throws Exception {
    Files.createDirectories(file().getParent());
    byte[] other = StateFormat.header();
    other[11]++;
    CRC32C check = new CRC32C();
    check.update(other, 0, 12);
    ByteBuffer.wrap(other).putInt(12, (int) check.getValue());
    Files.write(file(), other);

    StateJournal.open(file(), Set.of()).close();

    assertThat(file().resolveSibling("tal0.state.unread")).hasBinaryContent(other);
    assertThat(file()).hasBinaryContent(StateFormat.header());
  }

  /** A file stands where the folder should be: nothing can be made there, not even by root. */
  @Test
  void shouldGoOnWhenTheFolderCannotBeWritten() throws Exception {
    Files.writeString(folder.resolve("made"), "in the way");
    try (StateJournal journal = StateJournal.open(file(), Set.of(key(1)))) {
      journal.learned(key(1), PLACE, "");
      assertThat(journal.recall(key(1)).endpointFor("")).isEqualTo(PLACE);
    }
    assertThat(folder.resolve("made")).hasContent("in the way");
  }

  @Test
  void shouldUseTheGoodPartOfADamagedFile() throws IOException {
    try (StateJournal journal = StateJournal.open(file(), Set.of(key(1)))) {
      journal.learned(key(1), PLACE, "");
    }
    byte[] whole = Files.readAllBytes(file());
    byte[] damaged = Arrays.copyOf(whole, whole.length + 7);
    Files.write(file(), damaged);
    try (StateJournal journal = StateJournal.open(file(), Set.of(key(1)))) {
      assertThat(journal.recall(key(1)).endpointFor("")).isEqualTo(PLACE);
    }
    assertThat(StateFormat.read(Files.readAllBytes(file())).damaged()).isFalse();
  }

  @Test
  void shouldReplaceTheFileOfTheProcessBeforeByNothingLess() throws Exception {
    BlockingQueue<byte[]> written = new LinkedBlockingQueue<>();
    try (StateJournal journal = StateJournal.later(new Recorder(written))) {
      journal.learned(key(1), PLACE, "");
      journal.answered(key(1), label(5));
      journal.sent(label(7));
      journal.begin();
      LoadedState first = StateFormat.read(written.take());
      assertThat(first.peers()).containsOnlyKeys(key(1));
      assertThat(first.sent()).isEqualTo(label(7));
    }
  }

  /** Tells what would be whole files. */
  private record Recorder(BlockingQueue<byte[]> written) implements JournalFiles {
    @Override
    public String name() {
      return "recorder";
    }

    @Override
    public byte[] read() {
      return null;
    }

    @Override
    public void setAside() {}

    @Override
    public void append(byte[] bytes) {}

    @Override
    public void sync() {}

    @Override
    public void writeNew(byte[] bytes) {
      written.add(bytes);
    }

    @Override
    public void syncNew() {}

    @Override
    public void replace() {}

    @Override
    public void syncFolder() {}

    @Override
    public void close() {}
  }
}
