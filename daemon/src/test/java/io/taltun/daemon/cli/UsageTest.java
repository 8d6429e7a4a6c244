package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
  @TempDir Path folder;

  private CommandRun run(String... arguments) {
    return CommandRun.of(CommandRun.host(folder, CommandRun.ROOT, ""), arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|taltun: a command is needed; try 'taltun --help'",
        "--what|taltun: there is no option '--what'; try 'taltun --help'",
        "up --what|taltun up: there is no option '--what'; try 'taltun up --help'",
        "up --deamon|taltun up: there is no option '--deamon', did you mean '--daemon';"
            + " try 'taltun up --help'",
        "check FILE|taltun check: there is no place for 'FILE', a file is named with -c;"
            + " try 'taltun check --help'",
        "up -c|taltun up: Missing required parameter for option '--config' (FILE);"
            + " try 'taltun up --help'",
        "up --log x|taltun up: --log goes with --daemon; try 'taltun up --help'",
        "up --log-format xml|taltun up: Invalid value for option '--log-format': expected one of"
            + " [TEXT, JSON] (case-insensitive) but was 'xml'; try 'taltun up --help'",
        "down a b|taltun down: there is no place for 'b'; try 'taltun down --help'",
        "status --json --watch|taltun status: --json and --watch exclude each other;"
            + " try 'taltun status --help'",
        "import|taltun import: Missing required parameter: 'FILE.conf';"
            + " try 'taltun import --help'",
        "wg|taltun wg: Missing required parameter: 'IFACE'; try 'taltun wg --help'",
        "wg a/b|taltun wg: a device's name has 1 to 15 letters, digits and _ = + . -, not 'a/b';"
            + " try 'taltun wg --help'",
        "wg -f|taltun wg: Missing required parameter: 'IFACE'; try 'taltun wg --help'",
        "genkey x|taltun genkey: there is no place for 'x'; try 'taltun genkey --help'",
      })
  void shouldSayInOneLineWhatIsWrongWithTheUsage(String arguments, String message) {
    CommandRun run = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
    assertThat(run.err()).isEqualTo(message + "\n");
    assertThat(run.out()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void shouldSuggestACommandWhenOneIsMisspelt() {
    CommandRun run = run("staus");
    assertThat(run.err())
        .isEqualTo(
            "taltun: there is no command 'staus', did you mean 'status'; try 'taltun --help'\n");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"help", "version", "restart"})
  void shouldSuggestNoCommandWhenNoneIsNear(String word) {
    assertThat(run(word).err())
        .isEqualTo("taltun: there is no command '" + word + "'; try 'taltun --help'\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up",
        "down",
        "reload",
        "peer",
        "wg",
        "check",
        "genkey",
        "genpsk",
        "pubkey",
        "status",
        "import",
        "export",
        "demo",
        "completion"
      })
  void shouldExplainEveryCommand(String command) {
    CommandRun run = run(command, "--help");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("Usage: taltun " + command).contains("Exit codes:");
    assertThat(run.out()).doesNotContain("until-stdin-closes");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void shouldListWhatUsersNeedWhenAskedForHelp() {
    assertThat(run("--help").out()).contains("  up ", "  completion ").doesNotContain("warm-up");
  }

  @Test
  void shouldWarmUpWhenNoGatewayCanBeStarted() {
    CommandRun run = run("warm-up");
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).contains("taltun warm-up: ");
  }

  @Test
  void shouldTellItsVersion() {
    assertThat(run("--version").out()).startsWith("taltun ").hasLineCount(1);
  }

  @Test
  void shouldPrintTheCompletionScript() {
    CommandRun run = run("completion");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("complete -F _complete_taltun", "genpsk", "wg", "--foreground");
  }

  @Test
  void shouldPrintTheCompletionScriptsOfOtherShells() {
    assertThat(run("completion", "fish").out())
        .contains(
            "__fish_seen_subcommand_from wg' -s f -l foreground -d 'Stay; ", " -a 'text json'")
        .doesNotContain("warm-up", "until-stdin-closes");
    assertThat(run("completion", "zsh").out())
        .startsWith("#compdef taltun\n")
        .contains("wg) _taltun_wg ;;", "'--foreground[Stay; ", ":text|json:(text json)'")
        .doesNotContain("warm-up", "until-stdin-closes");
  }

  @Test
  void shouldDescribeEveryCommandWhenTheManualIsMade() {
    assertThat(run("manual").out())
        .contains(
            "## `taltun wg [--foreground] IFACE`\n\nMake a WireGuard device",
            "- `-f, --foreground`: Stay; ",
            "- `-h, --help`: ")
        .doesNotContain("warm-up", "until-stdin-closes");
  }

  @Test
  void shouldShowATraceOnlyWhenAskedTo() {
    assertThat(run("down").err()).hasLineCount(1);
    assertThat(run("--debug", "down").err()).contains("\n    io.taltun.daemon.cli.");
    assertThat(run("down", "--debug").err()).contains("\n    io.taltun.daemon.cli.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"up", "demo"})
  void shouldSayThatRootIsNeeded(String command) {
    CommandRun run = CommandRun.of(CommandRun.host(folder, CommandRun.USER, ""), command);
    assertThat(run.err())
        .isEqualTo("taltun " + command + ": this needs root (CAP_NET_ADMIN); run it with sudo\n");
    assertThat(run.exitCode()).isOne();
  }
}
