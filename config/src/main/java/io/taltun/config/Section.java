package io.taltun.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A mapping of the file whose keys are known. Unknown and duplicate keys are reported when it is
 * made, values when they are asked for.
 */
final class Section {
  private final String name;
  private final Place place;
  private final Problems problems;
  private final Map<String, YamlNode> values = new HashMap<>();
  private final Map<String, Place> keyPlaces = new HashMap<>();

  /**
   * @param name for messages, such as "interface"
   * @param known in the order in which a message lists them
   */
  Section(String name, YamlNode.Mapping mapping, List<String> known, Problems problems) {
    this.name = name;
    this.place = mapping.place();
    this.problems = problems;
    for (YamlNode.Entry entry : mapping.entries()) {
      Place at = entry.key().place();
      if (!(entry.key() instanceof YamlNode.Text key)) {
        problems.error(
            at, "a key must be a word, this is " + entry.key().kind() + "; check the brackets");
      } else if (!known.contains(key.value())) {
        problems.error(at, unknown(key.value(), known));
      } else if (keyPlaces.putIfAbsent(key.value(), at) != null) {
        problems.error(
            at,
            "`"
                + key.value()
                + "` stands twice, first on line "
                + keyPlaces.get(key.value()).line()
                + "; keep one");
      } else {
        values.put(key.value(), entry.value());
      }
    }
  }

  /** The section of a node that must be a mapping, or null after an error. */
  static Section of(String name, YamlNode node, List<String> known, Problems problems) {
    if (node instanceof YamlNode.Mapping mapping) {
      return new Section(name, mapping, known, problems);
    }
    problems.error(
        node.place(),
        name
            + " must be a mapping with keys like `"
            + known.getFirst()
            + ":`, this is "
            + node.kind());
    return null;
  }

  private String unknown(String key, List<String> known) {
    String advice =
        NearestKey.of(key, known)
            .map(nearest -> "did you mean `" + nearest + "`?")
            .orElseGet(
                () ->
                    Keys.sectionOf(key)
                        .map(home -> "it belongs to " + home)
                        .orElseGet(() -> "known here are " + String.join(", ", known)));
    return "unknown key " + Quote.value(key) + " in " + name + "; " + advice;
  }

  Place place() {
    return place;
  }

  /** Where a key stands, or the section's start. */
  Place keyPlace(String key) {
    return keyPlaces.getOrDefault(key, place);
  }

  boolean has(String key) {
    return keyPlaces.containsKey(key);
  }

  /** The node of a key when it is there and not empty. */
  YamlNode node(String key) {
    YamlNode node = values.get(key);
    return node instanceof YamlNode.Text text && text.isNothing() ? null : node;
  }

  /** A single value as it stands; null when the key is absent or the value wrong (and reported). */
  Placed<String> text(String key) {
    return value(key, Function.identity(), null);
  }

  /**
   * A single value.
   *
   * @param parser throws IllegalArgumentException with what is wrong
   * @return {@code absent} when the key is absent or the value wrong (and reported)
   */
  <T> Placed<T> value(String key, Function<String, T> parser, Placed<T> absent) {
    YamlNode node = values.get(key);
    if (node == null) {
      return absent;
    }
    if (!(node instanceof YamlNode.Text text)) {
      problems.error(node.place(), key + ": a single value is expected, this is " + node.kind());
      return absent;
    }
    if (text.isNothing() || text.value().isEmpty()) {
      problems.error(keyPlaces.get(key), key + ": a value is missing; give one or remove the key");
      return absent;
    }
    try {
      return new Placed<>(parser.apply(text.value()), text.place());
    } catch (IllegalArgumentException e) {
      problems.error(text.place(), key + ": " + e.getMessage());
      return absent;
    }
  }

  <T> T valueOr(String key, Function<String, T> parser, T absent) {
    return value(key, parser, new Placed<>(absent, place)).value();
  }

  /** A list of single values; wrong ones are reported and left out. */
  <T> List<Placed<T>> list(String key, Function<String, T> parser) {
    List<Placed<T>> list = new ArrayList<>();
    for (YamlNode item : nodes(key)) {
      if (!(item instanceof YamlNode.Text text)) {
        String advice =
            item instanceof YamlNode.Mapping
                ? "; quote an IPv6 address, like \"fd99::1/64\""
                : "; check the brackets";
        problems.error(
            item.place(), key + ": a single value is expected, this is " + item.kind() + advice);
        continue;
      }
      try {
        list.add(new Placed<>(parser.apply(text.value()), text.place()));
      } catch (IllegalArgumentException e) {
        problems.error(text.place(), key + ": " + e.getMessage());
      }
    }
    return list;
  }

  /** The items of a list; none when the key is absent, empty or no list (and reported). */
  List<YamlNode> nodes(String key) {
    YamlNode node = node(key);
    if (node == null) {
      return List.of();
    }
    if (node instanceof YamlNode.Sequence sequence) {
      return sequence.items();
    }
    String advice =
        node instanceof YamlNode.Text text
            ? "; write [" + Quote.value(text.value()).replace("`", "") + "]"
            : "; start each item with a dash";
    problems.error(node.place(), key + ": a list is expected, this is " + node.kind() + advice);
    return List.of();
  }
}
