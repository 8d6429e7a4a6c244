package io.taltun.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
  @TempDir Path folder;

  private Path credential(String mode) throws IOException {
    Path file = folder.resolve("tal0.key");
    Files.writeString(file, "the text\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  @Test
  void shouldFindACredentialByTheNameOfItsKeyFile() throws IOException {
    Path file = credential("r--r-----");
    Credentials credentials = new Credentials(folder.toString());
    assertThat(credentials.find("tal0.key")).isEqualTo(file);
    assertThat(KeyFile.readCredential(file)).isEqualTo("the text");
  }

  @Test
  void shouldFindNothingWhenTheNameIsNoCredentials() throws IOException {
    credential("r--------");
    Files.createDirectory(folder.resolve("sub"));
    Credentials credentials = new Credentials(folder.toString());
    for (String name : new String[] {"", ".", "..", "other.key", "sub", "/etc/tal0.key", "a\0b"}) {
      assertThat(credentials.find(name)).as(name).isNull();
    }
    assertThat(credentials.find("../" + folder.getFileName() + "/tal0.key")).isNull();
    assertThat(new Credentials(null).find("tal0.key")).isNull();
    assertThat(new Credentials("").find("tal0.key")).isNull();
  }

  @Test
  void shouldFindThoseOfTheServiceThatRunsWithTheFile() throws IOException {
    Path files = folder.resolve("etc");
    Path service = Files.createDirectories(folder.resolve("run/taltun@my-gw.service"));
    Path key = Files.writeString(service.resolve("my-gw.key"), "the text");
    assertThat(find(files.resolve("my-gw.yaml"))).isEqualTo(key);
    assertThat(find(files.resolve("x/../my-gw.yaml"))).isEqualTo(key);
    assertThat(find(folder.resolve("my-gw.yaml"))).as("nobody's file").isNull();
    assertThat(find(files.resolve("other.yaml"))).as("does not run").isNull();
    assertThat(find(files.resolve("my-gw.conf"))).as("no service's file").isNull();
    assertThat(find(Path.of("/"))).isNull();
  }

  private Path find(Path file) {
    return Credentials.ofService(file, folder.resolve("etc"), folder.resolve("run"))
        .find("my-gw.key");
  }

  @Test
  void shouldRefuseACredentialWhenEverybodyMayReadIt() throws IOException {
    Path file = credential("r--r--r--");
    assertThatThrownBy(() -> KeyFile.readCredential(file)).hasMessageContaining("chmod 600");
  }

  @Test
  void shouldReadTheCredentialBeforeTheFileBesideTheConfiguration() throws IOException {
    Path file = credential("r--r-----");
    Files.writeString(file, "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=\n");
    Problems problems = new Problems(folder.resolve("peers/peers.yaml"));
    YamlNode node = YamlTree.parse("private-key-file: tal0.key", problems);
    Section section = Section.of("`interface`", node, Keys.INTERFACE, problems);
    try (Secrets secrets = new Secrets(problems, true, new Credentials(folder.toString()))) {
      assertThat(secrets.readPrivateKey(section)).isNotNull();
    }
    assertThat(problems.none()).isTrue();
  }
}
