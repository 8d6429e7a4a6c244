package io.taltun.config;

/**
 * Where something stands in a file.
 *
 * @param line from 1
 * @param column from 1, in code points
 */
record Place(int line, int column) {
  static final Place START = new Place(1, 1);

  /** The place of the character at {@code index} of {@code text}. */
  static Place of(CharSequence text, int index) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < index; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new Place(line, Character.codePointCount(text, lineStart, index) + 1);
  }
}
