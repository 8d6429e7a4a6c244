package io.taltun.config;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.events.DocumentEndEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;

/**
 * Where the peers stand in the text of a valid peers.yaml. Indexes count chars from the text's
 * start; an end is the one after the last char of content, before any comment or line break.
 */
final class PeersOutline {
  /** How the list is written. */
  enum Form {
    /** There is no key {@code peers}. */
    ABSENT,
    /** The key has no value, or one of YAML's words for nothing. */
    NOTHING,
    /** With dashes. */
    BLOCK,
    /** In brackets. */
    FLOW
  }

  /** A piece of the text. */
  record Span(int start, int end) {}

  private static final String KEY = "peers";

  private final String text;

  /** The char index of each code point; null while they are the same. */
  private final int[] charIndexes;

  private final Iterator<Event> events;
  private boolean flowRoot;
  private int rootStart;
  private int rootEnd;
  private int documentEnd;
  private int keyStart;
  private Form form = Form.ABSENT;
  private Span value;
  private final List<Span> items = new ArrayList<>();

  private PeersOutline(String text) {
    this.text = text;
    this.charIndexes = charIndexes(text);
    this.events = YamlTree.events(text);
  }

  /**
   * @param text valid, without a byte order mark
   */
  static PeersOutline of(String text) {
    PeersOutline outline = new PeersOutline(text);
    outline.read();
    return outline;
  }

  /** Whether the file's sections stand in braces. */
  boolean flowRoot() {
    return flowRoot;
  }

  /** The start of the first key. */
  int rootStart() {
    return rootStart;
  }

  /** The end of the last section. */
  int rootEnd() {
    return rootEnd;
  }

  /** The start of what ends the document, or the text's length. */
  int documentEnd() {
    return documentEnd;
  }

  /** The start of the key {@code peers}. */
  int keyStart() {
    return keyStart;
  }

  Form form() {
    return form;
  }

  /** Of the list, brackets included; of the word for nothing, or an empty one after the colon. */
  Span value() {
    return value;
  }

  /** The entries, from the dash or, in brackets, from their first char. */
  List<Span> items() {
    return items;
  }

  private static int[] charIndexes(String text) {
    if (text.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
      return null;
    }
    int[] indexes = new int[text.codePointCount(0, text.length()) + 1];
    int next = 0;
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = next;
      next += next < text.length() ? Character.charCount(text.codePointAt(next)) : 1;
    }
    return indexes;
  }

  private int index(Mark mark) {
    return charIndexes == null ? mark.getIndex() : charIndexes[mark.getIndex()];
  }

  private void read() {
    documentEnd = text.length();
    Event event;
    do {
      event = events.next();
    } while (!(event instanceof MappingStartEvent));
    root((MappingStartEvent) event);
    while (events.hasNext()) {
      if (events.next() instanceof DocumentEndEvent end && end.getExplicit()) {
        documentEnd = index(end.getStartMark());
      }
    }
  }

  private void root(MappingStartEvent root) {
    flowRoot = root.isFlow();
    rootStart = index(root.getStartMark());
    while (events.next() instanceof NodeEvent key) {
      rootEnd = end(key);
      NodeEvent node = (NodeEvent) events.next();
      if (key instanceof ScalarEvent scalar && scalar.getValue().equals(KEY)) {
        keyStart = index(key.getStartMark());
        peers(node);
        rootEnd = value.end();
      } else {
        rootEnd = Math.max(rootEnd, end(node));
      }
    }
  }

  private void peers(NodeEvent node) {
    int start = index(node.getStartMark());
    if (!(node instanceof SequenceStartEvent sequence)) {
      form = Form.NOTHING;
      int end = end(node);
      value = new Span(Math.min(start, end), end);
      return;
    }
    form = sequence.isFlow() ? Form.FLOW : Form.BLOCK;
    int end = start;
    Event next = events.next();
    for (; next instanceof NodeEvent item; next = events.next()) {
      int itemStart = form == Form.FLOW ? index(item.getStartMark()) : dash(end);
      end = end(item);
      items.add(new Span(itemStart, end));
    }
    value = new Span(start, form == Form.FLOW ? index(next.getEndMark()) : end);
  }

  /** The first dash behind an item, or behind the anchor that the list begins with. */
  private int dash(int from) {
    int i = from;
    while (text.charAt(i) != '-') {
      if (text.charAt(i) == '#' || text.charAt(i) == '&') {
        boolean comment = text.charAt(i) == '#';
        while (comment ? !isBreak(text.charAt(i)) : !Character.isWhitespace(text.charAt(i))) {
          i++;
        }
      }
      i++;
    }
    return i;
  }

  static boolean isBreak(char c) {
    return c == '\n' || c == '\r';
  }

  /** Reads the rest of a node and tells where its last content ends. */
  private int end(NodeEvent node) {
    if (node instanceof ScalarEvent scalar) {
      return trimmed(index(scalar.getEndMark()));
    }
    int end = index(node.getStartMark());
    Event next = events.next();
    for (; next instanceof NodeEvent child; next = events.next()) {
      end = end(child);
    }
    boolean flow =
        node instanceof MappingStartEvent mapping && mapping.isFlow()
            || node instanceof SequenceStartEvent sequence && sequence.isFlow();
    return flow ? index(next.getEndMark()) : end;
  }

  /** A block scalar's own mark is where the next thing begins. */
  private int trimmed(int end) {
    int i = end;
    while (i > 0 && Character.isWhitespace(text.charAt(i - 1))) {
      i--;
    }
    return i;
  }
}
