package io.taltun.daemon.cli.watch;

import io.taltun.daemon.cli.Quantities;
import io.taltun.daemon.cli.Terminal;
import io.taltun.daemon.cli.Terminal.Paint;
import io.taltun.daemon.gateway.GatewayStatus;
import io.taltun.daemon.gateway.PeerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One screen of what is watched: lines that fit, and no more of them than the terminal has. */
final class WatchScreen {
  private static final String END = "Ctrl-C ends";

  private final Terminal terminal;
  private final int columns;
  private final int rows;
  private final Instant now;

  /**
   * @param now what handshakes are measured against
   */
  WatchScreen(Terminal terminal, int columns, int rows, Instant now) {
    this.terminal = terminal;
    this.columns = columns;
    this.rows = rows;
    this.now = now;
  }

  /** Lines with colours where the terminal has them; without line ends. */
  List<String> draw(List<WatchedGateway> gateways) {
    List<String> lines = new ArrayList<>();
    int left = gateways.size();
    for (WatchedGateway gateway : gateways) {
      // The last line is for how to end it.
      int room = (rows - 1 - lines.size()) / left--;
      lines.addAll(gateway.status() == null ? List.of(gone(gateway)) : gateway(gateway, room));
    }
    while (lines.size() > Math.max(0, rows - 1)) {
      lines.removeLast();
    }
    lines.add(terminal.paint(Paint.FAINT, cut(END)));
    return lines;
  }

  private String gone(WatchedGateway gateway) {
    return terminal.paint(
        Paint.RED, cut(gateway.name() + "  does not answer; waiting until it is back"));
  }

  /**
   * @param room lines, one of them to keep free
   */
  private List<String> gateway(WatchedGateway gateway, int room) {
    GatewayStatus status = gateway.status();
    List<String> lines = new ArrayList<>();
    lines.add(heading(gateway));
    boolean drops = !status.drops().isEmpty();
    int forPeers = room - lines.size() - 1 - (drops ? 1 : 0) - 1;
    if (status.peers().isEmpty()) {
      lines.add(cut("  no peers"));
    } else if (forPeers > 0) {
      lines.addAll(peers(gateway, forPeers));
    }
    if (drops) {
      lines.add(terminal.paint(Paint.YELLOW, cut("  dropped: " + drops(status.drops()))));
    }
    lines.add("");
    return lines;
  }

  private String heading(WatchedGateway gateway) {
    GatewayStatus status = gateway.status();
    long online = status.peers().stream().filter(peer -> peer.state().equals("online")).count();
    Rates.Line total = gateway.rates().total();
    String rest =
        "  up "
            + Quantities.duration(status.uptimeSeconds())
            + ", peers "
            + status.peers().size()
            + ", online "
            + online
            + ", in "
            + rate(total.lastIn())
            + ", out "
            + rate(total.lastOut());
    String name = printable(status.name());
    int room = Math.max(0, columns - TextWidth.of(name));
    return TextWidth.of(name) > columns
        ? cut(name)
        : terminal.paint(Paint.BOLD, name)
            + TextWidth.fit(rest, Math.min(room, TextWidth.of(rest)));
  }

  private List<String> peers(WatchedGateway gateway, int room) {
    List<PeerStatus> all = gateway.status().peers();
    List<PeerStatus> shown = all;
    if (all.size() > room) {
      Comparator<PeerStatus> busiest =
          Comparator.comparingLong(peer -> -traffic(gateway.rates().peer(peer.publicKey())));
      shown = all.stream().sorted(busiest).limit(Math.max(0, room - 1)).toList();
    }
    PeerColumns table = new PeerColumns(terminal, columns, now);
    List<String> lines = new ArrayList<>(table.draw(shown, gateway.rates()));
    if (shown.size() < all.size()) {
      lines.add(cut("  and " + (all.size() - shown.size()) + " more, with less traffic"));
    }
    return lines;
  }

  private static long traffic(Rates.Line line) {
    return line.in().stream().mapToLong(Long::longValue).sum()
        + line.out().stream().mapToLong(Long::longValue).sum();
  }

  private static String drops(Map<String, Long> drops) {
    return drops.entrySet().stream()
        .map(drop -> drop.getKey() + " " + drop.getValue())
        .collect(Collectors.joining(", "));
  }

  static String rate(long bytesPerSecond) {
    return Quantities.bytes(bytesPerSecond) + "/s";
  }

  private String cut(String text) {
    String printable = printable(text);
    return TextWidth.fit(printable, Math.min(columns, TextWidth.of(printable)));
  }

  /** A name must not be able to steer the terminal. */
  static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
