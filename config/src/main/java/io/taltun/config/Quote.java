package io.taltun.config;

/** Puts a piece of a file into a message: bounded, on one line, marked off from the sentence. */
final class Quote {
  private static final int MAX_CHARS = 60;

  private Quote() {}

  static String value(String text) {
    StringBuilder shown = new StringBuilder("`");
    text.codePoints()
        .limit(MAX_CHARS)
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .forEach(shown::appendCodePoint);
    return shown.append(text.length() > MAX_CHARS ? "…`" : "`").toString();
  }
}
