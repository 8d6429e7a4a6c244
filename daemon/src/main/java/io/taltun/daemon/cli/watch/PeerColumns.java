package io.taltun.daemon.cli.watch;

import io.taltun.daemon.cli.Quantities;
import io.taltun.daemon.cli.Terminal;
import io.taltun.daemon.cli.Terminal.Paint;
import io.taltun.daemon.gateway.PeerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A table of peers that gives up its less important columns where the terminal is narrow. */
final class PeerColumns {
  private static final String GAP = "  ";
  private static final int LEAST_SPARKLINE = 5;
  private static final int MOST_SPARKLINE = 40;
  private static final int MOST_NAME = 24;

  /** Columns in their order, by what goes last when there is no room. */
  private enum Column {
    PEER("PEER", 9, false),
    STATE("STATE", 8, false),
    ENDPOINT("ENDPOINT", 2, false),
    HANDSHAKE("HANDSHAKE", 5, false),
    IN("IN/S", 7, true),
    IN_LINE("", 3, false),
    OUT("OUT/S", 7, true),
    OUT_LINE("", 3, false),
    RTT("RTT", 4, true),
    LOSS("LOSS", 3, true);

    private final String heading;
    private final int importance;
    private final boolean number;

    Column(String heading, int importance, boolean number) {
      this.heading = heading;
      this.importance = importance;
      this.number = number;
    }

    boolean line() {
      return this == IN_LINE || this == OUT_LINE;
    }
  }

  private static final Column[] COLUMNS = Column.values();

  private final Terminal terminal;
  private final int width;
  private final Instant now;

  PeerColumns(Terminal terminal, int width, Instant now) {
    this.terminal = terminal;
    this.width = width;
    this.now = now;
  }

  /** The heading and a line for each peer. */
  List<String> draw(List<PeerStatus> peers, Rates rates) {
    List<String[]> cells = new ArrayList<>();
    peers.forEach(peer -> cells.add(cells(peer, rates.peer(peer.publicKey()))));
    int[] widths = widths(cells);
    List<String> lines = new ArrayList<>();
    lines.add(heading(widths));
    for (int i = 0; i < peers.size(); i++) {
      lines.add(line(peers.get(i), cells.get(i), rates.peer(peers.get(i).publicKey()), widths));
    }
    return lines;
  }

  private String[] cells(PeerStatus peer, Rates.Line rates) {
    String[] cells = new String[COLUMNS.length];
    for (Column column : COLUMNS) {
      cells[column.ordinal()] =
          switch (column) {
            case PEER -> {
              String name = WatchScreen.printable(peer.name());
              yield TextWidth.fit(name, Math.min(MOST_NAME, TextWidth.of(name)));
            }
            case STATE -> peer.state();
            case ENDPOINT -> peer.endpoint() == null ? "-" : peer.endpoint();
            case HANDSHAKE -> handshake(peer.lastHandshakeEpochNanos());
            case IN -> WatchScreen.rate(rates.lastIn());
            case OUT -> WatchScreen.rate(rates.lastOut());
            case RTT ->
                peer.roundTripNanos() == null ? "-" : Quantities.roundTrip(peer.roundTripNanos());
            case LOSS -> peer.receiveLoss() == null ? "-" : Quantities.share(peer.receiveLoss());
            case IN_LINE, OUT_LINE -> "";
          };
    }
    return cells;
  }

  private String handshake(long epochNanos) {
    if (epochNanos == 0) {
      return "never";
    }
    long seconds = now.getEpochSecond() - epochNanos / 1_000_000_000;
    return seconds <= 0 ? "now" : Quantities.duration(seconds) + " ago";
  }

  /** Of each column, 0 for one that is given up. */
  private int[] widths(List<String[]> cells) {
    int[] widths = new int[COLUMNS.length];
    for (Column column : COLUMNS) {
      int i = column.ordinal();
      widths[i] = column.line() ? LEAST_SPARKLINE : column.heading.length();
      for (String[] row : cells) {
        widths[i] = Math.max(widths[i], TextWidth.of(row[i]));
      }
    }
    List<Column> leastFirst = new ArrayList<>(List.of(COLUMNS));
    leastFirst.sort(Comparator.comparingInt(column -> column.importance));
    for (Column column : leastFirst) {
      if (total(widths) > width) {
        widths[column.ordinal()] = 0;
      }
    }
    if (widths[Column.IN_LINE.ordinal()] > 0 && widths[Column.OUT_LINE.ordinal()] > 0) {
      int more = Math.min(MOST_SPARKLINE - LEAST_SPARKLINE, Math.max(0, width - total(widths)) / 2);
      widths[Column.IN_LINE.ordinal()] += more;
      widths[Column.OUT_LINE.ordinal()] += more;
    }
    return widths;
  }

  private static int total(int[] widths) {
    int total = 0;
    for (int each : widths) {
      total += each == 0 ? 0 : each + GAP.length();
    }
    return total;
  }

  private String heading(int[] widths) {
    StringBuilder line = new StringBuilder();
    for (Column column : COLUMNS) {
      append(line, column, column.heading, null, widths);
    }
    return terminal.paint(Paint.FAINT, line.toString().stripTrailing());
  }

  private String line(PeerStatus peer, String[] cells, Rates.Line rates, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (Column column : COLUMNS) {
      int i = column.ordinal();
      String cell =
          switch (column) {
            case IN_LINE -> Sparkline.of(rates.in(), widths[i], terminal.unicode());
            case OUT_LINE -> Sparkline.of(rates.out(), widths[i], terminal.unicode());
            default -> cells[i];
          };
      append(line, column, cell, column == Column.STATE ? paint(peer.state()) : null, widths);
    }
    return line.toString().stripTrailing();
  }

  private void append(StringBuilder line, Column column, String cell, Paint paint, int[] widths) {
    int columnWidth = widths[column.ordinal()];
    if (columnWidth == 0) {
      return;
    }
    int padding = Math.max(0, columnWidth - TextWidth.of(cell));
    String painted = paint == null ? cell : terminal.paint(paint, cell);
    line.append(GAP);
    if (column.number) {
      line.repeat(' ', padding).append(painted);
    } else {
      line.append(painted).repeat(' ', padding);
    }
  }

  private static Paint paint(String state) {
    return switch (state) {
      case "online" -> Paint.GREEN;
      case "connecting" -> Paint.YELLOW;
      case "offline" -> Paint.RED;
      default -> null;
    };
  }
}
