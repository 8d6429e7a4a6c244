package io.taltun.daemon.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {
  /** Above the kernel's largest process id, 2^22. */
  private static final long DEAD = 999_999_999;

  @TempDir Path run;

  @Test
  void shouldBeClosedToOthersAndGoWithItsFiles() throws IOException {
    Folder folder = Folder.create(run, 7);
    Files.writeString(folder.path().resolve("key"), "x");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path())))
        .isEqualTo("rwx------");
    folder.close();
    assertThat(run).isEmptyDirectory();
  }

  @Test
  void shouldSweepOnlyWhatDeadRunsLeft() throws IOException {
    long alive = ProcessHandle.current().pid();
    Files.writeString(Folder.create(run, DEAD).path().resolve("key"), "x");
    Files.createFile(run.resolve("demo" + DEAD + "a.sock"));
    Files.createFile(run.resolve("demo" + DEAD + "a.takeover"));
    Folder.create(run, alive);
    Files.createFile(run.resolve("demo" + alive + "b.sock"));
    Files.createFile(run.resolve("tal0.sock"));
    Files.createFile(run.resolve("demo-notes"));
    Folder.sweep(run);
    assertThat(run.toFile().list())
        .containsExactlyInAnyOrder(
            "demo-" + alive, "demo" + alive + "b.sock", "tal0.sock", "demo-notes");
  }
}
