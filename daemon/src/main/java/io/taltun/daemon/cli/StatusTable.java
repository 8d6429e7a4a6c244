package io.taltun.daemon.cli;

import io.taltun.daemon.cli.Terminal.Paint;
import io.taltun.daemon.gateway.GatewayStatus;
import io.taltun.daemon.gateway.PeerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A status for people: the gateway's lines, a line for each peer, drops when there are any. */
public final class StatusTable {
  private static final List<String> HEADINGS =
      List.of(
          "PEER",
          "STATE",
          "ENDPOINT",
          "PATH",
          "HANDSHAKE",
          "RECEIVED",
          "SENT",
          "IN/S",
          "OUT/S",
          "RTT",
          "LOSS",
          "ALLOWED IPS");
  private static final int STATE_COLUMN = 1;
  private static final int FIRST_NUMBER = 5;
  private static final int LAST_NUMBER = 10;
  private static final String NOTHING = "-";

  private final Terminal terminal;
  private final Instant now;

  /**
   * @param now what handshakes are measured against
   */
  public StatusTable(Terminal terminal, Instant now) {
    this.terminal = terminal;
    this.now = now;
  }

  /** Whole lines. */
  public String render(GatewayStatus status) {
    var out = new StringBuilder();
    out.append(terminal.paint(Paint.BOLD, status.name()))
        .append("  public key ")
        .append(status.publicKey() == null ? "(none)" : status.publicKey())
        .append("\n  port ")
        .append(status.listenPort())
        .append(", mtu ")
        .append(status.mtu());
    if (status.fwmark() != 0) {
      out.append(", fwmark 0x").append(Long.toHexString(status.fwmark()));
    }
    out.append(", up ").append(Quantities.duration(status.uptimeSeconds()));
    if (!status.addresses().isEmpty()) {
      out.append(", ").append(String.join(" ", status.addresses()));
    }
    out.append('\n');
    if (status.modes() != null) {
      out.append("  ").append(printable(status.modes().describe())).append('\n');
    }
    if (status.peers().isEmpty()) {
      out.append("  no peers\n");
    } else {
      List<List<String>> rows = new ArrayList<>();
      rows.add(HEADINGS);
      status.peers().forEach(peer -> rows.add(cells(peer)));
      table(out, rows);
    }
    String denied =
        status.peers().stream()
            .filter(peer -> peer.deniedPackets() != 0)
            .map(peer -> printable(peer.name()) + " " + peer.deniedPackets())
            .collect(Collectors.joining(", "));
    if (!denied.isEmpty()) {
      out.append("  ").append(terminal.paint(Paint.YELLOW, "denied by access rules"));
      out.append(": ").append(denied).append('\n');
    }
    if (!status.drops().isEmpty()) {
      String drops =
          status.drops().entrySet().stream()
              .map(drop -> drop.getKey() + " " + drop.getValue())
              .collect(Collectors.joining(", "));
      out.append("  ").append(terminal.paint(Paint.YELLOW, "dropped")).append(": ");
      out.append(drops).append('\n');
    }
    return out.toString();
  }

  private List<String> cells(PeerStatus peer) {
    return List.of(
        printable(peer.name()),
        peer.state(),
        orNothing(peer.endpoint()),
        orNothing(peer.path()),
        handshake(peer.lastHandshakeEpochNanos()),
        Quantities.bytes(peer.receivedBytes()),
        Quantities.bytes(peer.sentBytes()),
        Quantities.bytes(peer.receivedBytesPerSecond()),
        Quantities.bytes(peer.sentBytesPerSecond()),
        peer.roundTripNanos() == null ? NOTHING : Quantities.roundTrip(peer.roundTripNanos()),
        peer.receiveLoss() == null ? NOTHING : Quantities.share(peer.receiveLoss()),
        peer.allowedIps().isEmpty() ? NOTHING : String.join(", ", peer.allowedIps()));
  }

  private static String orNothing(String text) {
    return text == null ? NOTHING : text;
  }

  /** A name must not be able to steer the terminal. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private String handshake(long epochNanos) {
    if (epochNanos == 0) {
      return "never";
    }
    long seconds = now.getEpochSecond() - epochNanos / 1_000_000_000;
    return seconds <= 0 ? "now" : Quantities.duration(seconds) + " ago";
  }

  private void table(StringBuilder out, List<List<String>> rows) {
    int[] widths = new int[HEADINGS.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = row.get(i);
        String padding = " ".repeat(widths[i] - cell.length());
        String painted = paint(row, i);
        boolean number = i >= FIRST_NUMBER && i <= LAST_NUMBER;
        line.append("  ").append(number ? padding + painted : painted + padding);
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
  }

  private String paint(List<String> row, int column) {
    String cell = row.get(column);
    if (row == HEADINGS) {
      return terminal.paint(Paint.FAINT, cell);
    }
    if (column != STATE_COLUMN) {
      return cell;
    }
    return switch (cell) {
      case "online" -> terminal.paint(Paint.GREEN, cell);
      case "connecting" -> terminal.paint(Paint.YELLOW, cell);
      case "offline" -> terminal.paint(Paint.RED, cell);
      default -> cell;
    };
  }
}
