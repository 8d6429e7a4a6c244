package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What docs/troubleshooting.md shows is what the program says. A block with a title is a file that
 * the sessions after it find, mode 0600; in a {@code console} block each {@code $} line is run, and
 * the lines below it are all it prints. {@code sudo} decides whether the command may do everything.
 */
class TroubleshootingTest {
  private static final Path PAGE =
      Path.of("").toAbsolutePath().resolve("../docs/troubleshooting.md");
  private static final Pattern BLOCK =
      Pattern.compile(
          "^```(\\w+)(?: title=\"([^\"]+)\")?\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  @TempDir Path folder;

  /** One command of a console block, and what is shown below it. */
  private record Step(String command, List<String> output) {}

  @TestFactory
  Stream<DynamicTest> shouldSayWhatThePageShows() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    Matcher block = BLOCK.matcher(Files.readString(PAGE));
    while (block.find()) {
      String title = block.group(2);
      String content = block.group(3);
      if (title != null) {
        tests.add(DynamicTest.dynamicTest(title, () -> write(title, content)));
      } else if (block.group(1).equals("console")) {
        for (Step step : steps(content)) {
          tests.add(DynamicTest.dynamicTest(step.command(), () -> follow(step)));
        }
      }
    }
    return tests.stream();
  }

  @Test
  void shouldShowManyMessages() throws IOException {
    assertThat(shouldSayWhatThePageShows()).hasSizeGreaterThan(20);
  }

  private static List<Step> steps(String session) {
    List<Step> steps = new ArrayList<>();
    for (String line : session.lines().toList()) {
      if (line.startsWith("$ ")) {
        steps.add(new Step(line.substring(2), new ArrayList<>()));
      } else {
        steps.getLast().output().add(line);
      }
    }
    return steps;
  }

  private void write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.deleteIfExists(file);
    SecretFile.create(file, content);
  }

  private void follow(Step step) throws IOException {
    String[] words = step.command().split(" ");
    boolean root = words[0].equals("sudo");
    List<String> command = Arrays.asList(words).subList(root ? 1 : 0, words.length);
    switch (command.getFirst()) {
      case "chmod" -> chmod(command.get(1), folder.resolve(command.get(2)));
      case "taltun" -> assertThat(output(root, command)).isEqualTo(step.output());
      default -> throw new AssertionError("the page runs " + step.command());
    }
  }

  private static void chmod(String mode, Path file) throws IOException {
    assertThat(mode).isEqualTo("644");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private List<String> output(boolean root, List<String> command) {
    String[] arguments =
        command.stream()
            .skip(1)
            .map(
                word -> Files.exists(folder.resolve(word)) ? folder.resolve(word).toString() : word)
            .toArray(String[]::new);
    Privileges privileges = root ? CommandRun.ROOT : CommandRun.USER;
    CommandRun run = CommandRun.of(CommandRun.host(folder, privileges, ""), arguments);
    return (run.out() + run.err())
        .replace(folder + "/etc/", "/etc/taltun/")
        .replace(folder + "/run/", "/run/taltun/")
        .replace(folder + "/wg/", "/run/wireguard/")
        .replace(folder + "/", "")
        .lines()
        .toList();
  }
}
