package io.taltun.daemon.onboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EditedFileTest {
  private static final int MOST = 100;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(folder.resolve("file"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
  }

  @Test
  void shouldReplaceTheContentAndKeepTheMode() throws IOException {
    try (EditedFile edited = EditedFile.open(file, MOST)) {
      assertThat(edited.content()).isEqualTo("old".getBytes(UTF_8));
      edited.replace("new".getBytes(UTF_8));
      assertThat(file).hasContent("new");
      assertThat(edited.content()).isEqualTo("new".getBytes(UTF_8));
      edited.replace("old again".getBytes(UTF_8));
    }
    assertThat(file).hasContent("old again");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    assertThat(folder).isDirectoryContaining(file::equals);
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void shouldFollowASymbolicLinkAndLeaveItOne() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("file"));
    try (EditedFile edited = EditedFile.open(link, MOST)) {
      edited.replace("new".getBytes(UTF_8));
    }
    assertThat(link).isSymbolicLink().hasContent("new");
    assertThat(file).isRegularFile().hasContent("new");
  }

  @Test
  void shouldRefuseWhenTheContentChangedMeanwhile() throws IOException {
    try (EditedFile edited = EditedFile.open(file, MOST)) {
      Files.writeString(file, "theirs");
      assertThatThrownBy(() -> edited.replace("new".getBytes(UTF_8)))
          .hasMessage(file.toRealPath() + " was changed by somebody else meanwhile; try again");
    }
    assertThat(file).hasContent("theirs");
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void shouldRefuseWhenAnotherFileTookItsPlace() throws IOException {
    try (EditedFile edited = EditedFile.open(file, MOST)) {
      Path other = Files.writeString(folder.resolve("other"), "old");
      Files.move(other, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      assertThatThrownBy(() -> edited.replace("new".getBytes(UTF_8)))
          .hasMessageContaining("was changed by somebody else");
      Files.delete(file);
      assertThatThrownBy(() -> edited.replace("new".getBytes(UTF_8)))
          .isInstanceOf(IOException.class);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void shouldTakeTurns() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicReference<byte[]> seen = new AtomicReference<>();
    Thread second;
    try (EditedFile first = EditedFile.open(file, MOST)) {
      second =
          Thread.ofPlatform()
              .start(
                  () -> {
                    begun.countDown();
                    try (EditedFile edited = EditedFile.open(file, MOST)) {
                      seen.set(edited.content());
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      begun.await();
      first.replace("first".getBytes(UTF_8));
      first.replace("first again".getBytes(UTF_8));
      assertThat(seen.get()).isNull();
    }
    second.join();
    assertThat(seen.get()).isEqualTo("first again".getBytes(UTF_8));
  }

  @Test
  void shouldReadOneByteMoreThanItMay() throws IOException {
    Files.writeString(file, "x".repeat(MOST + 50));
    try (EditedFile edited = EditedFile.open(file, MOST)) {
      assertThat(edited.content()).hasSize(MOST + 1);
    }
  }
}
