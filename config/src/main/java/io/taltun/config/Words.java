package io.taltun.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Values that are one of a few words: an enum's constants in lower case. {@code on} and {@code off}
 * stay words here; no YAML 1.1 boolean is made of them.
 */
final class Words {
  private Words() {}

  static String of(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** A parser of the constants of an enum with at least two of them. */
  static <E extends Enum<E>> Function<String, E> parser(Class<E> type) {
    return text -> parse(text, type.getEnumConstants());
  }

  /** {@code true} or {@code false}. */
  static boolean trueOrFalse(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(Quote.value(text) + " is not true or false");
    };
  }

  private static <E extends Enum<E>> E parse(String text, E[] known) {
    for (E value : known) {
      if (of(value).equals(text)) {
        return value;
      }
    }
    String butLast =
        Arrays.stream(known, 0, known.length - 1).map(Words::of).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        Quote.value(text) + " is not " + butLast + " or " + of(known[known.length - 1]));
  }
}
