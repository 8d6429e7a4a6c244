package io.taltun.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Builds the tree of one YAML document from the parser's events. Events rather than the parser's
 * own nodes: aliases, tags, depth and second documents are refused at their place before anything
 * is expanded.
 */
final class YamlTree {
  /** The format has four levels. */
  private static final int MAX_DEPTH = 16;

  /** How a wg-quick file begins, after comments. */
  private static final Pattern WG_QUICK =
      Pattern.compile("\\s*\\[(?:Interface|Peer)\\]\\s*(?:#.*)?", Pattern.CASE_INSENSITIVE);

  private final String text;
  private final Problems problems;
  private Iterator<Event> events;
  private Place last = Place.START;

  private YamlTree(String text, Problems problems) {
    this.text = text;
    this.problems = problems;
  }

  /** The document's root, or null: the document is empty, or an error went to {@code problems}. */
  static YamlNode parse(String text, Problems problems) {
    return new YamlTree(text, problems).document();
  }

  private YamlNode document() {
    Place foreign = wgQuickSection();
    if (foreign != null) {
      problems.error(
          foreign, "this is a wg-quick file; turn it into one of Taltun's with `taltun import`");
      return null;
    }
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      if (!StreamReader.isPrintable(text.codePointAt(i)) || isHiddenBreak(text.charAt(i))) {
        problems.error(
            Place.of(text, i),
            String.format(
                "the character U+%04X has no place in a text file; remove it",
                text.codePointAt(i)));
        return null;
      }
    }
    try {
      events = events(text);
      return documentOf();
    } catch (Unsupported e) {
      problems.error(e.place, e.getMessage());
    } catch (MarkedYAMLException e) {
      Place place = place(e.getProblemMark() != null ? e.getProblemMark() : e.getContextMark());
      problems.error(place, explain(e, place));
    } catch (RuntimeException e) {
      // The parser has let other exceptions through for some inputs (numbers in directives,
      // escapes).
      problems.error(last, "not valid YAML from here on; check the quotes and the indentation");
    }
    return null;
  }

  /** The parser's events of a text, comments left out. */
  static Iterator<Event> events(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE); // SourceText bounds the file
    options.setProcessComments(false);
    return new Yaml(options).parse(new StringReader(text)).iterator();
  }

  /** Ends a line, and a comment, in YAML 1.1, but not in an editor: places would be wrong. */
  private static boolean isHiddenBreak(char c) {
    return c == '\u0085' || c == '\u2028' || c == '\u2029';
  }

  /** Where a wg-quick file has its first section; null in any other text. */
  private Place wgQuickSection() {
    int number = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      number++;
      if (!line.isBlank() && !line.stripLeading().startsWith("#")) {
        return WG_QUICK.matcher(line).matches() ? new Place(number, line.indexOf('[') + 1) : null;
      }
    }
    return null;
  }

  private YamlNode documentOf() throws Unsupported {
    YamlNode root = null;
    int documents = 0;
    while (events.hasNext()) {
      Event event = next();
      if (event instanceof DocumentStartEvent) {
        if (++documents > 1) {
          throw new Unsupported(
              last, "a second document starts here; one file holds one configuration");
        }
      } else if (event instanceof NodeEvent node) {
        root = node(node, 1);
      }
    }
    return root;
  }

  private YamlNode node(NodeEvent event, int depth) throws Unsupported {
    Place place = last;
    if (depth > MAX_DEPTH) {
      throw new Unsupported(place, "nested too deeply; check the brackets and the indentation");
    }
    return switch (event) {
      case ScalarEvent scalar -> {
        refuseTag(scalar.getTag(), place);
        yield new YamlNode.Text(place, scalar.getValue(), scalar.isPlain());
      }
      case SequenceStartEvent sequence -> {
        refuseTag(sequence.getTag(), place);
        List<YamlNode> items = new ArrayList<>();
        while (next() instanceof NodeEvent item) {
          items.add(node(item, depth + 1));
        }
        yield new YamlNode.Sequence(place, items);
      }
      case MappingStartEvent mapping -> {
        refuseTag(mapping.getTag(), place);
        List<YamlNode.Entry> entries = new ArrayList<>();
        while (next() instanceof NodeEvent key) {
          YamlNode keyNode = node(key, depth + 1);
          entries.add(new YamlNode.Entry(keyNode, node((NodeEvent) next(), depth + 1)));
        }
        yield new YamlNode.Mapping(place, entries);
      }
      case AliasEvent alias ->
          throw new Unsupported(
              place,
              "aliases like "
                  + Quote.value("*" + alias.getAnchor())
                  + " are not supported; "
                  + "write the value out");
      default -> throw new IllegalStateException("unexpected event " + event.getEventId());
    };
  }

  private static void refuseTag(String tag, Place place) throws Unsupported {
    if (tag != null && !tag.equals("!")) {
      throw new Unsupported(place, "YAML tags are not supported; remove " + Quote.value(tag));
    }
  }

  private Event next() {
    Event event = events.next();
    last = place(event.getStartMark());
    return event;
  }

  private Place place(Mark mark) {
    return mark == null ? last : new Place(mark.getLine() + 1, mark.getColumn() + 1);
  }

  private String explain(MarkedYAMLException e, Place place) {
    String problem = e.getProblem() == null ? "something unexpected" : e.getProblem();
    if (problem.contains("TAB")) {
      return "a tab stands where YAML wants spaces; indent with spaces";
    }
    Mark context = e.getContextMark();
    String begun =
        context == null || context.getLine() + 1 == place.line()
            ? ""
            : " (begun on line " + (context.getLine() + 1) + ")";
    String what = e.getContext() == null ? "" : e.getContext() + begun + ", ";
    String line = text.lines().skip(place.line() - 1L).findFirst().orElse("");
    String advice =
        line.contains("::")
            ? "quote IPv6, like \"fd99::1/64\" or \"[2001:db8::1]:51820\""
            : "check the brackets, the quotes and the indentation";
    return "not valid YAML: " + oneLine(what + problem) + "; " + advice;
  }

  private static String oneLine(String message) {
    return message.replaceAll("\\.? \\(Do not use .*", "").replaceAll("\\s+", " ");
  }

  /** Valid YAML that this format does without. */
  private static final class Unsupported extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Place place;

    Unsupported(Place place, String message) {
      super(message);
      this.place = place;
    }
  }
}
