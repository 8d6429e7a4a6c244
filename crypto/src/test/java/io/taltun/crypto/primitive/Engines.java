package io.taltun.crypto.primitive;

import java.util.List;
import java.util.stream.Stream;

/** Every engine that this machine has, for parameterized tests. */
public final class Engines {
  private static final List<Primitives> ALL =
      Stream.of("libcrypto/fused", "libcrypto/split", "libcrypto/direct", "jdk", "bouncycastle")
          .flatMap(Engines::ofName)
          .toList();

  private Engines() {}

  /** In a fixed order. */
  public static Stream<Primitives> all() {
    return ALL.stream();
  }

  private static Stream<Primitives> ofName(String name) {
    try {
      return Stream.of(Primitives.of(name));
    } catch (UnsupportedOperationException e) {
      return Stream.empty();
    }
  }
}
