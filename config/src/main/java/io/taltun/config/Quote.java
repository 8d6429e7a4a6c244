package io.taltun.config;

import java.nio.file.Path;

/** Puts a piece of a file into a message: bounded, on one line, marked off from the sentence. */
final class Quote {
  private static final int MAX_CHARS = 60;

  private static final int MAX_LONG_CHARS = 4096;

  private Quote() {}

  static String path(Path path) {
    return whole(path.toString());
  }

  /** For text that the reader of the message needs to its end. */
  static String whole(String text) {
    return shown(text, MAX_LONG_CHARS);
  }

  static String value(String text) {
    return shown(text, MAX_CHARS);
  }

  private static String shown(String text, int maxChars) {
    StringBuilder shown = new StringBuilder("`");
    text.codePoints()
        .limit(maxChars)
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .forEach(shown::appendCodePoint);
    return shown.append(text.length() > maxChars ? "…`" : "`").toString();
  }
}
