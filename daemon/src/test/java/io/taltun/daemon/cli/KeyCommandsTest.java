package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyCommandsTest {
  @TempDir Path folder;

  private CommandRun run(String input, String command) {
    return CommandRun.of(CommandRun.host(folder, CommandRun.USER, input), command);
  }

  @ParameterizedTest
  @ValueSource(strings = {"genkey", "genpsk"})
  void shouldMakeANewKeyEachTime(String command) {
    CommandRun first = run("", command);
    assertThat(first.out()).matches("[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\n");
    assertThat(first.err()).isEmpty();
    assertThat(first.exitCode()).isZero();
    assertThat(run("", command).out()).isNotEqualTo(first.out());
  }

  /** RFC 7748, section 6.1, Alice. */
  @Test
  void shouldComputeThePublicKey() {
    CommandRun run = run("dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=\n", "pubkey");
    assertThat(run.out()).isEqualTo("hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=\n");
    assertThat(run.exitCode()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LC=", "\u00e9"})
  void shouldRefuseWhatIsNotAKeyWithoutShowingIt(String input) {
    CommandRun run = run(input, "pubkey");
    assertThat(run.err())
        .isEqualTo(
            "taltun pubkey: standard input is not a private key (44 characters of base64);"
                + " try 'taltun genkey | taltun pubkey'\n");
    assertThat(run.out()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(2);
  }
}
