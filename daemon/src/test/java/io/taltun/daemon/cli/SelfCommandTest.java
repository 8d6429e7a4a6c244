package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SelfCommandTest {
  @Test
  void shouldKeepEverythingButTheArguments() {
    assertThat(SelfCommand.prefix("java\0-Xmx1g\0-jar\0x.jar\0up\0-c\0\0", "/jdk/bin/java", 3))
        .containsExactly("/jdk/bin/java", "-Xmx1g", "-jar", "x.jar");
    assertThat(SelfCommand.prefix("java\0-jar\0x.jar\0", "/jdk/bin/java", 0))
        .containsExactly("/jdk/bin/java", "-jar", "x.jar");
  }

  @Test
  void shouldGiveUpWhenTheArgumentsAreNotThere() {
    assertThat(SelfCommand.prefix("java\0", "/jdk/bin/java", 2)).isEmpty();
  }
}
