package io.taltun.config;

import io.taltun.config.PeersOutline.Form;
import io.taltun.config.PeersOutline.Span;
import java.util.List;

/** Takes a peer out of the text of a peers.yaml. */
final class PeersRemoval {
  private final String body;
  private final TextLines lines;
  private final List<Span> items;
  private final int index;
  private final Span item;

  private PeersRemoval(String body, List<Span> items, int index) {
    this.body = body;
    this.lines = new TextLines(body);
    this.items = items;
    this.index = index;
    this.item = items.get(index);
  }

  /**
   * The text without the peer.
   *
   * @param body of a valid file, without a byte order mark
   * @param index of the peer, from 0
   */
  static String from(String body, int index) {
    PeersOutline outline = PeersOutline.of(body);
    PeersRemoval removal = new PeersRemoval(body, outline.items(), index);
    return outline.form() == Form.BLOCK ? removal.withoutBlock() : removal.withoutFlow();
  }

  private boolean isFirst() {
    return index == 0;
  }

  private boolean isLast() {
    return index == items.size() - 1;
  }

  private String withoutBlock() {
    int column = lines.column(item.start());
    int from = lines.aboveComments(lines.start(item.start()), column);
    int to = lines.afterDeeperComments(lines.next(item.end()), column);
    // One of the blank lines that stand between entries goes with the entry.
    boolean blankAbove = from > 0 && lines.isBlank(lines.previous(from));
    if (isLast() && !isFirst() && blankAbove) {
      from = lines.previous(from);
    } else if (!isLast() && (isFirst() || blankAbove) && lines.isBlank(to)) {
      to = lines.next(to);
    }
    return withoutLines(from, to);
  }

  /** The last line of the text keeps its missing end. */
  private String withoutLines(int from, int to) {
    int start = from;
    if (to == body.length() && from > 0 && !PeersOutline.isBreak(body.charAt(to - 1))) {
      start = lines.end(lines.previous(from));
    }
    return without(body, start, to);
  }

  private String withoutFlow() {
    int comma = comma(item.end());
    int lineStart = lines.start(item.start());
    int rest = lines.indented(comma < 0 ? item.end() : comma + 1);
    boolean wholeLines =
        lines.indented(lineStart) == item.start()
            && (rest == lines.end(rest) || body.charAt(rest) == '#');
    if (wholeLines) {
      int from = lines.aboveComments(lineStart, item.start() - lineStart);
      String cut = without(body, from, lines.next(rest));
      return isLast() && comma < 0 && !isFirst() ? withoutCommaBefore(cut) : cut;
    }
    if (isLast() && !isFirst() && isSeparator(items.get(index - 1).end(), item.start())) {
      return without(body, items.get(index - 1).end(), item.end());
    }
    int to = comma < 0 ? item.end() : comma + 1;
    if (!isLast() && isSeparator(item.end(), items.get(index + 1).start())) {
      to = items.get(index + 1).start();
    }
    String cut = without(body, item.start(), to);
    return isLast() && comma < 0 && !isFirst() ? withoutCommaBefore(cut) : cut;
  }

  private String withoutCommaBefore(String cut) {
    int comma = comma(items.get(index - 1).end());
    return without(cut, comma, comma + 1);
  }

  /** The comma behind an entry, comments skipped, or -1. */
  private int comma(int end) {
    int i = end;
    while (Character.isWhitespace(body.charAt(i)) || body.charAt(i) == '#') {
      i = body.charAt(i) == '#' ? lines.end(i) : i + 1;
    }
    return body.charAt(i) == ',' ? i : -1;
  }

  private boolean isSeparator(int from, int to) {
    return body.substring(from, to).chars().allMatch(c -> c == ',' || Character.isWhitespace(c));
  }

  private static String without(String text, int from, int to) {
    return text.substring(0, from) + text.substring(to);
  }
}
