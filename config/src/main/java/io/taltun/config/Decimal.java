package io.taltun.config;

/** Whole numbers as people write them: digits alone, no sign, no leading zero, no separators. */
final class Decimal {
  private Decimal() {}

  /**
   * Whether {@code text} is such a number; YAML's own idea of numbers (octal, 22:22) is not asked.
   */
  static boolean isNumber(String text) {
    return text.matches("0|[1-9][0-9]{0,17}");
  }

  /**
   * The number.
   *
   * @throws IllegalArgumentException when it is none or lies outside {@code least..most}
   */
  static long parse(String text, long least, long most) {
    if (!isNumber(text) || Long.parseLong(text) < least || Long.parseLong(text) > most) {
      throw new IllegalArgumentException(
          Quote.value(text) + " is not a whole number from " + least + " to " + most);
    }
    return Long.parseLong(text);
  }
}
