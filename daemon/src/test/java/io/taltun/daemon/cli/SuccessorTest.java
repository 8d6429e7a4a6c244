package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class SuccessorTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("peers.yaml"), "");
  }

  private Successor successor(String... command) {
    return new Successor("tal0", file, List.of(command));
  }

  private static ProcessHandle process(long pid) {
    return ProcessHandle.of(pid).orElseThrow();
  }

  @Test
  void shouldStartTheCommandWhenTheFileIsTheGateways() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), file);
    long pid = successor("/bin/sleep", "60").start(link);
    assertThat(process(pid).isAlive()).isTrue();
    assertThat(process(pid).parent()).isNotEqualTo(Optional.of(ProcessHandle.current()));
    process(pid).destroyForcibly();
  }

  @Test
  void shouldRefuseASecondOneWhileTheFirstRuns() throws Exception {
    Successor successor = successor("/bin/sleep", "60");
    long pid = successor.start(file);
    assertThatThrownBy(() -> successor.start(file))
        .isInstanceOf(IOException.class)
        .hasMessage("process " + pid + " is about to take tal0 over already");
    process(pid).destroyForcibly();
  }

  @Test
  void shouldRefuseAnotherFile() throws Exception {
    Path other = Files.writeString(folder.resolve("other.yaml"), "");
    for (Path meant : List.of(other, folder.resolve("missing.yaml"))) {
      assertThatThrownBy(() -> successor("/bin/false").start(meant))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "tal0's service runs %s, not %s; name that file, or change the service", file, meant);
    }
  }

  @Test
  void shouldBeTheOneThatTheWatchdogExpectsWithNoDescriptorOfOurs() throws Exception {
    Path seen = folder.resolve("seen");
    try (var _ = Files.newOutputStream(folder.resolve("open"))) {
      successor(
              "/bin/sh",
              "-c",
              "{ env; readlink /proc/self/fd/*; } >%1$s.part; mv %1$s.part %1$s".formatted(seen))
          .start(file);
      while (Files.notExists(seen)) {
        Thread.sleep(10);
      }
    }
    assertThat(Files.readString(seen))
        .contains("PATH=")
        .doesNotContain("WATCHDOG_PID", folder.resolve("open").toString());
  }

  @Test
  void shouldLetAnotherBeginWhenTheFirstHasEnded() throws Exception {
    Successor successor = successor("/bin/false");
    successor.start(file);
    while (true) {
      try {
        successor.start(file);
        return;
      } catch (IOException notYetSeen) {
        Thread.sleep(10);
      }
    }
  }
}
