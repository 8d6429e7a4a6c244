package io.taltun.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Files damaged at random: whatever they became, the answer is a result. */
class MutatedFilesTest {
  private static final int RUNS = 3_000;
  private static final String TOKENS = "[]{}:,-#&*!|>'\"%@`?~\t\n\u0000\uFEFF\u0085 0";

  @Test
  void shouldAnswerWithAResultWhenAPeersFileIsDamaged() {
    damage(ConfigReaderTest.WHOLE, 20_260_101, Samples::parse);
  }

  @Test
  void shouldAnswerWithAResultWhenAWgQuickFileIsDamaged() {
    damage(
        WgQuickTest.WHOLE, 20_260_102, text -> WgQuick.parse(text, Path.of("wg0.conf"), Samples.X));
  }

  private static void damage(String whole, long seed, Function<String, ConfigResult> reader) {
    SplittableRandom random = new SplittableRandom(seed);
    int valid = 0;
    for (int run = 0; run < RUNS; run++) {
      String text = whole;
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        text = random.nextBoolean() ? damageLines(text, random) : damageBytes(text, random);
      }
      ConfigResult result = read(text, reader, "seed " + seed + " run " + run);
      if (result instanceof ConfigResult.Invalid invalid) {
        assertThat(invalid.errors()).as("seed %d run %d", seed, run).isNotEmpty();
        for (ConfigError error : invalid.errors()) {
          assertThat(error.line()).isBetween(1, (int) text.lines().count() + 2);
          assertThat(error.column()).isPositive();
          assertThat(error.message()).doesNotContain("\n").doesNotContain(Samples.OWN_PRIVATE);
        }
      } else {
        valid++;
      }
    }
    assertThat(valid).as("some damage is harmless, most is not").isBetween(1, RUNS - 1);
  }

  private static ConfigResult read(String text, Function<String, ConfigResult> reader, String run) {
    try {
      return reader.apply(text);
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError(run + ":\n" + text, e);
    }
  }

  private static String damageLines(String text, SplittableRandom random) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    if (lines.size() < 2) {
      return text;
    }
    int at = random.nextInt(lines.size());
    switch (random.nextInt(4)) {
      case 0 -> lines.remove(at);
      case 1 -> lines.add(at, lines.get(random.nextInt(lines.size())));
      case 2 -> Collections.swap(lines, at, random.nextInt(lines.size()));
      default -> lines.set(at, " " + lines.get(at));
    }
    return String.join("\n", lines) + "\n";
  }

  private static String damageBytes(String text, SplittableRandom random) {
    if (random.nextBoolean()) {
      byte[] raw = text.getBytes(StandardCharsets.UTF_8);
      if (raw.length > 0) {
        raw[random.nextInt(raw.length)] ^= (byte) (1 << random.nextInt(8));
      }
      return new String(raw, StandardCharsets.UTF_8);
    }
    int at = random.nextInt(text.length() + 1);
    char token = TOKENS.charAt(random.nextInt(TOKENS.length()));
    int end = Math.min(text.length(), at + random.nextInt(3));
    return text.substring(0, at) + token + text.substring(end);
  }
}
