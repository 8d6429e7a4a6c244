package io.taltun.daemon.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class SocketFileWatchTest {
  @TempDir Path folder;
  private final CountDownLatch gone = new CountDownLatch(1);

  private Path socket() throws IOException {
    return Files.createFile(folder.resolve("tal0.sock"));
  }

  @Test
  void shouldNoticeWhenTheFileIsRemoved() throws Exception {
    Path socket = socket();
    try (SocketFileWatch _ = SocketFileWatch.open(socket, gone::countDown)) {
      Files.delete(Files.createFile(folder.resolve("tal1.sock")));
      assertThat(gone.await(200, TimeUnit.MILLISECONDS)).isFalse();
      Files.delete(socket);
      gone.await();
    }
  }

  @Test
  void shouldNoticeWhenTheFileIsReplaced() throws Exception {
    Path socket = socket();
    Path other = Files.createFile(folder.resolve("other"));
    try (SocketFileWatch _ = SocketFileWatch.open(socket, gone::countDown)) {
      Files.move(other, socket, StandardCopyOption.ATOMIC_MOVE);
      gone.await();
    }
  }

  @Test
  void shouldNoticeWhenTheFileWasRemovedBefore() throws Exception {
    try (SocketFileWatch _ = SocketFileWatch.open(folder.resolve("tal0.sock"), gone::countDown)) {
      gone.await();
    }
  }

  @Test
  void shouldKeepQuietWhenItIsClosedFirst() throws Exception {
    Path socket = socket();
    SocketFileWatch.open(socket, gone::countDown).close();
    Files.delete(socket);
    assertThat(gone.await(200, TimeUnit.MILLISECONDS)).isFalse();
  }
}
