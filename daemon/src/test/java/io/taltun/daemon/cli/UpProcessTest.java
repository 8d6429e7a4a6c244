package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code up} as a process: what signals, pipes and {@code --daemon} do to it. */
@Timeout(60)
class UpProcessTest {
  private static final String YAML =
      """
      interface:
        name: fake0
        private-key: yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
        listen-port: 51820
      """;

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

  private Process up(String yaml, String... more) throws IOException {
    SecretFile.create(folder.resolve("fake.yaml"), yaml);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("up", "-c", folder.resolve("fake.yaml").toString()));
    arguments.addAll(List.of(more));
    return processes.start(arguments.toArray(String[]::new));
  }

  private Path socket() {
    return folder.resolve("run/fake0.sock");
  }

  private void awaitUp(Process process) throws Exception {
    FakeProcesses.await(process, socket());
  }

  private void assertGone() {
    assertThat(folder.resolve("run")).isDirectoryNotContaining("glob:**.sock");
    assertThat(folder.resolve("wg")).isEmptyDirectory();
  }

  @Test
  void shouldEndWithZeroOnSigterm() throws Exception {
    Process process = up(YAML);
    awaitUp(process);
    process.toHandle().destroy(); // SIGTERM, and the streams stay open
    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(FakeProcesses.error(process))
        .contains("gateway: fake0 answers on " + socket(), "gateway: fake0 is down")
        .doesNotContain("\tat ")
        .doesNotContain("yAnz5TF");
    assertGone();
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
  }

  /** Lines of its log, up to one with {@code text} or to the end. */
  private static void readUntil(Process process, String text, StringBuilder read)
      throws IOException {
    String line;
    do {
      line = process.errorReader().readLine();
      read.append(line == null ? "" : line + "\n");
    } while (line != null && (text == null || !line.contains(text)));
  }

  @Test
  void shouldLogJsonAndOutliveHupAndUsr1() throws Exception {
    Process process = up(YAML, "--log-format", "json");
    awaitUp(process);
    StringBuilder read = new StringBuilder();
    Files.writeString(folder.resolve("fake.yaml"), YAML.replace("51820", "51821"));
    signal(process, "HUP");
    readUntil(process, "is reloaded", read);
    Files.writeString(folder.resolve("fake.yaml"), YAML.replace("51820", "x"));
    signal(process, "HUP");
    readUntil(process, "goes on", read);
    signal(process, "USR1");
    readUntil(process, "name=phone", read);
    signal(process, "INT");
    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    readUntil(process, null, read);
    String log = read.toString();
    assertThat(log.lines()).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    assertThat(log)
        .contains("~ interface: listen-port 51820 -> 51821", "fake0 is reloaded: 1 change")
        .contains("fake.yaml:4:16: listen-port", "fake0 goes on as it was: 1 error in ")
        .contains("drops {replay=3}")
        .contains("name=office");
  }

  @Test
  void shouldEndWithItsParentWhenToldSo() throws Exception {
    Process process = up(YAML, "--until-stdin-closes");
    awaitUp(process);
    process.getOutputStream().close();
    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertGone();
  }

  @Test
  void shouldReturnFromDaemonWhenItIsUpAndStopOnDown() throws Exception {
    Process process = up(YAML, "--daemon");
    assertThat(process.waitFor()).isZero();
    assertThat(process.inputReader().readLine())
        .isEqualTo(
            "fake0 is up; its log is %s/run/fake0.log, 'taltun down fake0' stops it"
                .formatted(folder));
    assertThat(socket()).exists();
    Process down = processes.start("down");
    assertThat(down.waitFor()).as(FakeProcesses.error(down)).isZero();
    assertThat(down.inputReader().readLine()).isEqualTo("fake0 is down");
    assertGone();
  }

  @Test
  void shouldHandOnTheErrorOfADaemonThatDoesNotStart() throws Exception {
    Process process = up(YAML.replace("51820", "1"), "--daemon");
    assertThat(process.waitFor()).isOne();
    assertThat(FakeProcesses.error(process)).isEqualTo("taltun up: port 1 is not for us\n");
  }
}
