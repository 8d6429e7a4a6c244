package io.taltun.daemon.cli;

import io.taltun.daemon.cli.Terminal.Paint;
import io.taltun.daemon.why.Explanation;
import io.taltun.daemon.why.PeerFacts;
import io.taltun.daemon.why.RouteFacts;
import java.util.stream.Collectors;

/** An explanation for people: the facts in the order in which a packet meets them, the verdict. */
final class ExplanationText {
  private final StringBuilder out = new StringBuilder();
  private final Terminal terminal;

  private ExplanationText(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Whole lines. */
  static String of(Explanation explanation, Terminal terminal) {
    ExplanationText text = new ExplanationText(terminal);
    text.write(explanation);
    return text.out.toString();
  }

  private void write(Explanation facts) {
    out.append(terminal.paint(Paint.BOLD, facts.address())).append('\n');
    line("kernel", facts.route() == null ? "does not say" : route(facts.route()));
    line("device", facts.device() + (facts.linkUp() ? ", up" : ", down"));
    PeerFacts peer = facts.peer();
    if (peer == null) {
      line("peer", "none: in nobody's allowed-ips");
    } else {
      line("peer", peer.name() + ", for its " + peer.prefix() + ", " + peer.state());
      line("endpoint", endpoint(peer));
      line("session", session(peer));
      if (peer.unanswered() > 0) {
        line(
            "unanswered",
            peer.unanswered()
                + (peer.unanswered() == 1 ? " initiation, " : " initiations, the first ")
                + ago(peer.unansweredSeconds()));
      }
      if (peer.deniedPackets() > 0) {
        line("access", peer.deniedPackets() + " packets from it denied by its rules");
      }
      line("heard", ago(peer.heardSeconds()) + ", sent to " + ago(peer.sentSeconds()));
    }
    if (!facts.drops().isEmpty()) {
      line(
          "dropped",
          facts.drops().entrySet().stream()
                  .map(drop -> drop.getKey() + " " + drop.getValue())
                  .collect(Collectors.joining(", "))
              + " (of the whole gateway)");
    }
    out.append(printable(facts.verdict())).append('\n');
  }

  private static String route(RouteFacts route) {
    StringBuilder text = new StringBuilder(route.kind());
    if (route.device() != null) {
      text.append(", by ").append(route.device());
    }
    if (route.gateway() != null) {
      text.append(" via ").append(route.gateway());
    }
    if (route.source() != null) {
      text.append(", from ").append(route.source());
    }
    return text.toString();
  }

  private static String endpoint(PeerFacts peer) {
    if (peer.endpoint() != null) {
      return peer.endpoint();
    }
    return peer.unresolved() == null
        ? "not known"
        : "not known: " + peer.unresolved() + " has not resolved";
  }

  private static String session(PeerFacts peer) {
    if (peer.sessionAgeSeconds() == null) {
      return "none";
    }
    String age = Quantities.duration(peer.sessionAgeSeconds()) + " old";
    return peer.session() ? age : age + ", too old to send under";
  }

  private static String ago(Long seconds) {
    return seconds == null ? "never" : Quantities.duration(seconds) + " ago";
  }

  private void line(String what, String text) {
    out.append("  ")
        .append(terminal.paint(Paint.FAINT, what))
        .repeat(' ', 12 - what.length())
        .append(printable(text))
        .append('\n');
  }

  /** A name must not be able to steer the terminal. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
