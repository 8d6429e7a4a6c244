package io.taltun.daemon.cli;

import io.taltun.daemon.cli.Terminal.Paint;
import java.util.List;

/** A table for people. */
final class Columns {
  private static final String GAP = "  ";

  private Columns() {}

  /**
   * Whole lines.
   *
   * @param rows of one length, the headings first
   */
  static String of(List<List<String>> rows, Terminal terminal) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length()).append(GAP);
      }
      String text = line.toString().stripTrailing();
      out.append(row == rows.getFirst() ? terminal.paint(Paint.FAINT, text) : text).append('\n');
    }
    return out.toString();
  }
}
