package io.taltun.fuzz;

import java.util.List;
import java.util.Locale;

/**
 * One thing that takes bytes nobody vouches for. Implementations are public, have a public
 * constructor without parameters and are named in {@code META-INF/services} of their module's test
 * resources. Used by one thread.
 *
 * <p>What an input comes to depends on its bytes alone, not on the inputs before it: a finding is
 * repeated by its input.
 */
public interface FuzzTarget extends AutoCloseable {
  /** What {@code scripts/fuzz.sh} and the corpus file call it: by its class. */
  default String name() {
    return nameOf(getClass());
  }

  /** {@code InnerPacketTarget} is {@code inner-packet}. */
  static String nameOf(Class<?> type) {
    return type.getSimpleName()
        .replaceFirst("Target$", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
        .toLowerCase(Locale.ROOT);
  }

  /**
   * Takes one input. Whatever is thrown is a finding.
   *
   * @param input any bytes, also none; not kept and not changed
   */
  void accept(byte[] input);

  /** Inputs to begin with: good ones of every kind. */
  List<byte[]> seeds();

  /** Bytes of the longest input that is worth trying. */
  default int maxLength() {
    return 512;
  }

  /** Words of the format, which mutation alone would hardly hit on. */
  default List<byte[]> words() {
    return List.of();
  }

  /** How many mutated inputs the tests try: about two seconds' worth. */
  default int inputsInTests() {
    return 100_000;
  }

  @Override
  default void close() {}
}
