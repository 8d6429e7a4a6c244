package io.taltun.config;

import java.util.List;

/**
 * A piece of a YAML document: text, a list or a mapping. What a text means is the reader's to say.
 */
sealed interface YamlNode {
  Place place();

  /** What it is, for messages. */
  String kind();

  /**
   * A scalar.
   *
   * @param plain whether it stands without quotes
   */
  record Text(Place place, String value, boolean plain) implements YamlNode {
    /** Nothing stands after the key, or one of YAML's words for nothing. */
    boolean isNothing() {
      return plain
          && switch (value) {
            case "", "~", "null", "Null", "NULL" -> true;
            default -> false;
          };
    }

    @Override
    public String kind() {
      return isNothing() ? "nothing" : "a single value";
    }
  }

  /** A sequence. */
  record Sequence(Place place, List<YamlNode> items) implements YamlNode {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /** A mapping in the file's order, duplicate keys included. */
  record Mapping(Place place, List<Entry> entries) implements YamlNode {
    @Override
    public String kind() {
      return "a mapping";
    }
  }

  /** A key and its value. */
  record Entry(YamlNode key, YamlNode value) {}
}
