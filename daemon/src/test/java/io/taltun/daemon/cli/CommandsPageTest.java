package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/commands.md has every command and option; the manual page is made of it. */
class CommandsPageTest {
  private static final String BEGIN = "<!-- taltun manual -->\n";
  private static final String END = "\n<!-- until here -->";

  @TempDir Path folder;

  @Test
  void shouldSayWhatEachCommandSaysOfItself() throws IOException {
    String all = CommandRun.of(CommandRun.host(folder, CommandRun.USER, ""), "manual").out();
    String commands = all.substring(all.indexOf('\n')).strip();
    Files.writeString(Path.of("target/commands.md"), commands);
    String page = Files.readString(Path.of("../docs/commands.md"));
    String written = page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END));
    assertThat(written).as("copy daemon/target/commands.md into the page").isEqualTo(commands);
  }
}
