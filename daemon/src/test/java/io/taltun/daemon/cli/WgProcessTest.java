package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code wg} as a process, as wg-quick starts it. */
@Timeout(60)
class WgProcessTest {
  @TempDir Path folder;
  private FakeProcesses processes;

  @BeforeEach
  void prepare() {
    processes = new FakeProcesses(folder);
  }

  @AfterEach
  void end() {
    processes.close();
  }

  private Path uapiSocket() {
    return folder.resolve("wg/fake0.sock");
  }

  private void assertEndsWithZero(Process process) throws Exception {
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(FakeProcesses.error(process)).isZero();
    assertGone();
  }

  private void assertGone() {
    assertThat(folder.resolve("run")).isDirectoryNotContaining("glob:**.sock");
    assertThat(folder.resolve("wg")).isEmptyDirectory();
  }

  @Test
  void shouldStayInTheForegroundUntilItsSocketIsRemoved() throws Exception {
    Process process = processes.start("wg", "-f", "fake0");
    FakeProcesses.await(process, uapiSocket());
    FakeProcesses.await(process, folder.resolve("run/fake0.sock"));
    Files.delete(uapiSocket());
    assertEndsWithZero(process);
  }

  @Test
  void shouldEndWithZeroOnSigterm() throws Exception {
    Process process = processes.start("wg", "--foreground", "fake0");
    FakeProcesses.await(process, folder.resolve("run/fake0.sock"));
    process.toHandle().destroy();
    assertEndsWithZero(process);
  }

  @Test
  void shouldReturnWhenWgCanBeUsedAndStopOnDown() throws Exception {
    Process process = processes.start("wg", "fake0");
    assertThat(process.waitFor()).as(FakeProcesses.error(process)).isZero();
    assertThat(process.inputReader().readLine()).isNull();
    assertThat(uapiSocket()).exists();
    assertThat(folder.resolve("run/fake0.log")).exists();
    Process second = processes.start("wg", "fake0");
    assertThat(second.waitFor()).isOne();
    assertThat(FakeProcesses.error(second))
        .isEqualTo(
            "taltun wg: a gateway named fake0 runs already; stop it with 'taltun down fake0'\n");
    Process down = processes.start("down", "fake0");
    assertThat(down.waitFor()).as(FakeProcesses.error(down)).isZero();
    assertGone();
  }

  @Test
  void shouldWaitForTheLastOneToEndWhenItsDeviceIsGone() throws Exception {
    Process first = processes.start("wg", "-f", "fake0");
    FakeProcesses.await(first, folder.resolve("run/fake0.sock"));
    Process second = processes.start("wg", "fake0");
    first.toHandle().destroy();
    assertThat(second.waitFor()).as(FakeProcesses.error(second)).isZero();
    Process down = processes.start("down", "fake0");
    assertThat(down.waitFor()).isZero();
  }

  @Test
  void shouldHandOnTheErrorOfADeviceThatIsThere() throws Exception {
    for (String[] arguments : new String[][] {{"wg", "busy0"}, {"wg", "-f", "busy0"}}) {
      Process process = processes.start(arguments);
      assertThat(process.waitFor()).isOne();
      assertThat(FakeProcesses.error(process)).isEqualTo("taltun wg: busy0 is there already\n");
    }
  }
}
