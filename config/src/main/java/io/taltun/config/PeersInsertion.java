package io.taltun.config;

import io.taltun.config.PeersOutline.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Appends a peer to the text of a peers.yaml. {@link PeersRemoval} is its inverse. */
final class PeersInsertion {
  /** Columns from one level of the file to the next. */
  private static final int INDENT = 2;

  private final String body;
  private final TextLines lines;
  private final PeersOutline outline;
  private final PeerConfig peer;

  private PeersInsertion(String body, PeerConfig peer) {
    this.body = body;
    this.lines = new TextLines(body);
    this.outline = PeersOutline.of(body);
    this.peer = peer;
  }

  /**
   * The text with the peer.
   *
   * @param body of a valid file, without a byte order mark
   */
  static String into(String body, PeerConfig peer) {
    return new PeersInsertion(body, peer).edited();
  }

  private String edited() {
    return switch (outline.form()) {
      case BLOCK -> behindTheLast();
      case FLOW -> !outline.flowRoot() && isBareBrackets() ? insteadOfNothing() : intoBrackets();
      case NOTHING -> outline.flowRoot() ? bracketsInsteadOfNothing() : insteadOfNothing();
      case ABSENT -> outline.flowRoot() ? flowSection() : section();
    };
  }

  /** Brackets on one line with nothing between them. */
  private boolean isBareBrackets() {
    Span list = outline.value();
    return body.substring(list.start() + 1, list.end() - 1).chars().allMatch(c -> c == ' ');
  }

  private String behindTheLast() {
    Span last = outline.items().getLast();
    int column = lines.column(last.start());
    int key = lines.indented(last.start() + 1);
    boolean keyBeside = key < lines.end(key) && body.charAt(key) != '#';
    int top = lines.aboveComments(lines.start(last.start()), column);
    boolean apart = outline.items().size() > 1 && top > 0 && lines.isBlank(lines.previous(top));
    int at = lines.afterDeeperComments(lines.next(last.end()), column);
    return inserted(at, apart, entry(column, keyBeside ? key - last.start() : INDENT));
  }

  /** The list is empty: its brackets, or the word for nothing, make room for one with dashes. */
  private String insteadOfNothing() {
    Span nothing = outline.value();
    int start = nothing.start();
    while (start < nothing.end() && isBlank(body.charAt(start - 1))) {
      start--;
    }
    String emptied = body.substring(0, start) + body.substring(nothing.end());
    PeersInsertion into = new PeersInsertion(emptied, peer);
    int column = lines.column(outline.keyStart()) + INDENT;
    boolean onKeysLine = into.lines.start(start) != start;
    int line = onKeysLine ? into.lines.next(start) : start;
    int at = into.lines.afterDeeperComments(line, column);
    return into.inserted(at, false, entry(column, INDENT));
  }

  private String bracketsInsteadOfNothing() {
    Span nothing = outline.value();
    String space = isBlank(body.charAt(nothing.start() - 1)) ? "" : " ";
    return replaced(nothing.start(), nothing.end(), space + "[" + flowEntry() + "]");
  }

  private String intoBrackets() {
    if (outline.items().isEmpty()) {
      int open = outline.value().start() + 1;
      return replaced(open, open, flowEntry());
    }
    int end = outline.items().getLast().end();
    int start = outline.items().getLast().start();
    if (lines.indented(lines.start(start)) != start) {
      return replaced(end, end, ", " + flowEntry());
    }
    String indent = body.substring(lines.start(start), start);
    int comma = lines.indented(end);
    boolean hasComma = body.charAt(comma) == ',';
    int rest = lines.indented(hasComma ? comma + 1 : end);
    if (rest == lines.end(rest) || body.charAt(rest) == '#') {
      // Behind the last entry's own comment.
      String entry = indent + flowEntry() + (hasComma ? "," : "") + lines.lineEnd(end);
      String begun = hasComma ? "" : ",";
      int next = lines.next(end);
      return body.substring(0, end)
          + begun
          + body.substring(end, next)
          + entry
          + body.substring(next);
    }
    return replaced(end, end, "," + lines.lineEnd(end) + indent + flowEntry());
  }

  private String flowSection() {
    int end = outline.rootEnd();
    return replaced(end, end, ", peers: [" + flowEntry() + "]");
  }

  private String section() {
    int at = outline.documentEnd();
    int column = lines.column(outline.rootStart());
    List<String> section = new ArrayList<>();
    section.add(" ".repeat(column) + "peers:");
    section.addAll(entry(column + INDENT, INDENT));
    return inserted(at, !lines.isBlank(lines.previous(at)), section);
  }

  /** The text with whole lines at {@code at}; a text whose last line has no end stays so. */
  private String inserted(int at, boolean apart, List<String> added) {
    String lineEnd = lines.lineEnd(at - 1);
    boolean unended = at == body.length() && !PeersOutline.isBreak(body.charAt(at - 1));
    String text = (apart ? lineEnd : "") + String.join(lineEnd, added);
    return replaced(at, at, unended ? lineEnd + text : text + lineEnd);
  }

  private String replaced(int start, int end, String text) {
    return body.substring(0, start) + text + body.substring(end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /** The lines of an entry whose dash is in {@code column}, its keys {@code offset} behind. */
  private List<String> entry(int column, int offset) {
    List<String> entry = new ArrayList<>();
    settings()
        .forEach(
            (key, value) -> {
              String dash = entry.isEmpty() ? "-" + " ".repeat(offset - 1) : " ".repeat(offset);
              entry.add(" ".repeat(column) + dash + key + ": " + value);
            });
    return entry;
  }

  private String flowEntry() {
    return settings().entrySet().stream()
        .map(setting -> setting.getKey() + ": " + setting.getValue())
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("name", PeersYaml.scalar(peer.name()));
    settings.put("public-key", peer.publicKey().toBase64());
    if (!peer.presharedKey().isNone()) {
      settings.put("preshared-key", peer.presharedKey().toBase64());
    }
    if (peer.endpoint() != null) {
      settings.put("endpoint", PeersYaml.scalar(peer.endpoint().toString()));
    }
    settings.put("allowed-ips", PeersYaml.list(peer.allowedIps()));
    if (!peer.persistentKeepalive().equals(PeerConfig.defaultKeepalive(peer.endpoint()))) {
      settings.put("persistent-keepalive", Units.formatKeepalive(peer.persistentKeepalive()));
    }
    return settings;
  }
}
