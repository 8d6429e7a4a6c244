package io.taltun.config;

/** The lines of a text, whichever way they end. */
record TextLines(String text) {
  /** The first char of the line that a char is in. */
  int start(int index) {
    int i = index;
    while (i > 0 && !PeersOutline.isBreak(text.charAt(i - 1))) {
      i--;
    }
    return i;
  }

  /** The line's break, or the text's end. */
  int end(int index) {
    int i = index;
    while (i < text.length() && !PeersOutline.isBreak(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /** The first char of the line after, or the text's end. */
  int next(int index) {
    int end = end(index);
    return text.startsWith("\r\n", end) ? end + 2 : Math.min(text.length(), end + 1);
  }

  /** The first char of the line before one that starts at {@code start} and is not the first. */
  int previous(int start) {
    return start(text.startsWith("\r\n", start - 2) ? start - 2 : start - 1);
  }

  /** Chars from the line's start. */
  int column(int index) {
    return index - start(index);
  }

  /** The first char of the line at {@code start} that is no blank, or the line's end. */
  int indented(int start) {
    int i = start;
    while (i < text.length() && (text.charAt(i) == ' ' || text.charAt(i) == '\t')) {
      i++;
    }
    return i;
  }

  boolean isBlank(int start) {
    return start < text.length() && indented(start) == end(start);
  }

  /** The column of the comment that the line at {@code start} is, or -1. */
  int commentColumn(int start) {
    int i = indented(start);
    return i < text.length() && text.charAt(i) == '#' ? i - start : -1;
  }

  /** Behind the lines from {@code start} on that are comments deeper than {@code column}. */
  int afterDeeperComments(int start, int column) {
    int i = start;
    while (commentColumn(i) > column) {
      i = next(i);
    }
    return i;
  }

  /** The first of the comments directly above {@code start} that begin in {@code column}. */
  int aboveComments(int start, int column) {
    int i = start;
    while (i > 0 && commentColumn(previous(i)) == column) {
      i = previous(i);
    }
    return i;
  }

  /** How lines end here: as the one at {@code index}, or any, or as on Unix. */
  String lineEnd(int index) {
    for (int from : new int[] {index, 0}) {
      // An index may be in the middle of such an end.
      int end = end(from > 0 && text.startsWith("\r\n", from - 1) ? from - 1 : from);
      if (end < text.length()) {
        return text.substring(end, next(end));
      }
    }
    return "\n";
  }
}
