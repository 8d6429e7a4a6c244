package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandsTest {
  private static final String CONF =
      """
      [Interface]
      PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
      Address = 10.99.0.1/24
      ListenPort = 51820
      DNS = 10.99.0.53

      [Peer]
      # Name = office
      PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
      AllowedIPs = 10.99.0.2/32
      """;

  @TempDir Path folder;

  private CommandRun run(String... arguments) {
    return CommandRun.of(CommandRun.host(folder, CommandRun.ROOT, ""), arguments);
  }

  private Path secret(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    SecretFile.create(file, text);
    return file;
  }

  @Test
  void shouldWriteAStarterWhenThereIsNoFile() throws IOException {
    CommandRun run = run("up");
    Path file = folder.resolve("etc/peers.yaml");
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .matches(
            "wrote .*etc/peers\\.yaml with a fresh key \\(public key [A-Za-z0-9+/]{43}=\\);"
                + " add clients with 'taltun peer add NAME', then run 'taltun up' again\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwxr-xr-x");
    assertThat(run("check").out()).isEqualTo(file + " is valid: tal0 with 0 peers\n");

    CommandRun again = run("up");
    assertThat(again.err()).isEqualTo("taltun up: cannot start tal0 in a test\n");
    assertThat(again.exitCode()).isOne();
  }

  @Test
  void shouldNotWriteAStarterWhenAFileWasNamed() {
    Path missing = folder.resolve("missing.yaml");
    CommandRun run = run("up", "-c", missing.toString());
    assertThat(run.err())
        .isEqualTo(
            missing
                + ":1:1: no such file; check the path\n"
                + "taltun up: 1 error in "
                + missing
                + "; correct and try again\n");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(missing).doesNotExist();
  }

  @Test
  void shouldNameEveryErrorWithItsPlace() throws IOException {
    Path file =
        secret(
            "bad.yaml",
            """
            interface:
              private-key: yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
              listen-port: 70000
              colour: red
            """);
    for (String command : new String[] {"check", "up", "export"}) {
      CommandRun run = run(command, "-c", file.toString());
      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.out()).isEmpty();
      assertThat(run.err().lines())
          .hasSize(3)
          .anyMatch(line -> line.startsWith(file + ":3:16: "))
          .anyMatch(line -> line.startsWith(file + ":4:3: "))
          .last()
          .isEqualTo("taltun " + command + ": 2 errors in " + file + "; correct and try again");
    }
  }

  @Test
  void shouldImportWhatItExports() throws IOException {
    Path conf = secret("tal7.conf", CONF);
    Path yaml = folder.resolve("tal7.yaml");
    CommandRun imported = run("import", conf.toString(), "-o", yaml.toString());
    assertThat(imported.exitCode()).isZero();
    assertThat(imported.out()).isEmpty();
    assertThat(imported.err().lines())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("warning: " + conf + ":5:"))
        .last()
        .isEqualTo("wrote %s; start it with 'taltun up -c %s'".formatted(yaml, yaml));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(yaml)))
        .isEqualTo("rw-------");
    assertThat(run("check", "-c", yaml.toString()).out())
        .isEqualTo(yaml + " is valid: tal7 with 1 peer\n");
    assertThat(run("export", "-c", yaml.toString()).out())
        .isEqualTo(CONF.replace("DNS = 10.99.0.53\n", ""));
    assertThat(run("import", conf.toString()).out()).isEqualTo(Files.readString(yaml));
  }

  @Test
  void shouldNotOverwriteAFile() throws IOException {
    Path conf = secret("tal7.conf", CONF);
    CommandRun run = run("import", conf.toString(), "-o", conf.toString());
    assertThat(run.err())
        .endsWith("taltun import: " + conf + " exists already; remove it or name another file\n");
    assertThat(run.exitCode()).isOne();
    assertThat(conf).hasContent(CONF);
  }
}
