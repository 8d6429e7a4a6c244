package io.taltun.config;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** Puts a piece of a file into a message: bounded, on one line, marked off from the sentence. */
final class Quote {
  private static final int MAX_CHARS = 60;

  private static final int MAX_LONG_CHARS = 4096;

  /** A key in base64, or most of one: a slip of the finger must not show it to who reads a log. */
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{40,}={0,2}");

  /** A whole key: slashes and letters alone may be a path. */
  private static final Pattern KEY_IN_PATH = Pattern.compile("[A-Za-z0-9+/]{43}=");

  private static final String INSTEAD_OF_KEY = "(a key)";

  private Quote() {}

  /** For the name of a file, which may be a key that somebody wrote there. */
  static String path(Path path) {
    return whole(KEY_IN_PATH.matcher(path.toString()).replaceAll(INSTEAD_OF_KEY));
  }

  /** For text that the reader of the message needs to its end, as it is. */
  static String whole(String text) {
    return shown(text, MAX_LONG_CHARS);
  }

  /** For a short piece, keys left out. */
  static String value(String text) {
    return shown(KEY.matcher(text).replaceAll(INSTEAD_OF_KEY), MAX_CHARS);
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
