package io.taltun.daemon.cli.watch;

/** Columns that text takes on a terminal: Unicode's combining marks none, East Asian wide two. */
final class TextWidth {
  private TextWidth() {}

  static int of(String text) {
    return text.codePoints().map(TextWidth::of).sum();
  }

  private static int of(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(c) ? 2 : 1;
    };
  }

  /** The blocks of Unicode's EastAsianWidth.txt that are W or F, without their exceptions. */
  private static boolean isWide(int c) {
    return c >= 0x1100
        && (c <= 0x115f
            || c >= 0x2e80 && c <= 0xa4cf && c != 0x303f
            || c >= 0xac00 && c <= 0xd7a3
            || c >= 0xf900 && c <= 0xfaff
            || c >= 0xfe30 && c <= 0xfe6f
            || c >= 0xff01 && c <= 0xff60
            || c >= 0xffe0 && c <= 0xffe6
            || c >= 0x1f300 && c <= 0x1faff
            || c >= 0x20000 && c <= 0x3fffd);
  }

  /** The text in exactly so many columns: cut, or filled with blanks on the right. */
  static String fit(String text, int columns) {
    StringBuilder fitted = new StringBuilder();
    int used = 0;
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      if (used + of(c) > columns) {
        break;
      }
      fitted.appendCodePoint(c);
      used += of(c);
      at += Character.charCount(c);
    }
    return fitted.repeat(' ', columns - used).toString();
  }
}
