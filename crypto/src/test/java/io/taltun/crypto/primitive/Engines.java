package io.taltun.crypto.primitive;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Every engine that this machine has, for parameterized tests. */
public final class Engines {
  private static final List<String> NAMES =
      List.of("libcrypto/fused", "libcrypto/split", "libcrypto/direct", "jdk", "bouncycastle");

  private static final List<Primitives> ALL = NAMES.stream().flatMap(Engines::ofName).toList();

  private Engines() {}

  /** In a fixed order. */
  public static Stream<Primitives> all() {
    return ALL.stream();
  }

  /** All that there are, whether this machine has them or not. */
  static Stream<String> names() {
    return NAMES.stream();
  }

  /** The engine of that name; aborts the calling test, which says so, where there is none. */
  static Primitives orSkip(String name) {
    Optional<Primitives> engine = ofName(name).findAny();
    Assumptions.assumeTrue(engine.isPresent(), "skipped: no engine " + name);
    return engine.orElseThrow();
  }

  private static Stream<Primitives> ofName(String name) {
    try {
      return Stream.of(Primitives.of(name));
    } catch (UnsupportedOperationException e) {
      return Stream.empty();
    }
  }
}
