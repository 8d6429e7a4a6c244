package io.taltun.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The lines of a wg-quick file, sorted into sections. Keys and headers are case-insensitive. */
final class WgQuickSections {
  private static final List<String> INTERFACE =
      List.of(
          "PrivateKey",
          "Address",
          "ListenPort",
          "MTU",
          "Table",
          "FwMark",
          "PostUp",
          "PreDown",
          "PostDown");

  private static final List<String> PEER =
      List.of("PublicKey", "PresharedKey", "Endpoint", "AllowedIPs", "PersistentKeepalive");

  /** What wg-quick does and a gateway does not. */
  private static final List<String> WITHOUT_COUNTERPART = List.of("DNS", "PreUp", "SaveConfig");

  /** They may stand several times, and a comma is theirs. */
  private static final List<String> COMMANDS = List.of("PostUp", "PreDown", "PostDown");

  private static final List<String> LISTS = List.of("Address", "AllowedIPs");

  private final Problems problems;
  private final List<Section> peers = new ArrayList<>();
  private Section iface;
  private Section current;
  private String commentAbove;
  private boolean skipping;

  private WgQuickSections(Problems problems) {
    this.problems = problems;
  }

  static WgQuickSections parse(String text, Problems problems) {
    WgQuickSections sections = new WgQuickSections(problems);
    int number = 0;
    for (String line : text.split("\n", -1)) {
      sections.line(line, ++number);
    }
    return sections;
  }

  /** The interface's section, or null. */
  Section iface() {
    return iface;
  }

  List<Section> peers() {
    return peers;
  }

  private void line(String line, int number) {
    int hash = line.indexOf('#');
    String body = hash < 0 ? line : line.substring(0, hash);
    String comment = hash < 0 ? null : PeerComment.name(line.substring(hash));
    if (body.isBlank()) {
      if (current != null && current.name == null && current.values.isEmpty()) {
        current.name = comment;
      }
      commentAbove = comment;
      return;
    }
    String bare = body.strip();
    Place place = place(line, body.indexOf(bare), number);
    if (bare.startsWith("[")) {
      header(bare, place, comment);
    } else {
      setting(line, body, place);
    }
    commentAbove = null;
  }

  private void header(String bare, Place place, String comment) {
    skipping = false;
    switch (bare.toLowerCase(Locale.ROOT)) {
      case "[interface]" -> {
        iface = iface == null ? new Section("[Interface]", place) : iface;
        current = iface;
      }
      case "[peer]" -> {
        current = new Section("[Peer]", place);
        // A comment in the section replaces the one above it, which may end the section before.
        current.name = comment;
        current.nameAbove = commentAbove;
        peers.add(current);
      }
      default -> {
        problems.error(
            place, Quote.value(bare) + " is no section; known are [Interface] and [Peer]");
        current = null;
        skipping = true;
      }
    }
  }

  private void setting(String line, String body, Place place) {
    if (skipping) {
      return;
    }
    if (current == null) {
      problems.error(place, "this stands before any section; put [Interface] above it");
      return;
    }
    int equals = body.indexOf('=');
    if (equals < 0) {
      problems.error(place, "this is not KEY = VALUE; correct it or put # before it");
      return;
    }
    String written = body.substring(0, equals).strip();
    String value = body.substring(equals + 1).strip();
    int start = value.isEmpty() ? equals + 1 : body.indexOf(value, equals + 1);
    List<String> known = current == iface ? INTERFACE : PEER;
    String key = known.stream().filter(written::equalsIgnoreCase).findFirst().orElse(null);
    if (key != null) {
      add(key, line, value, start, place);
      return;
    }
    for (String other : WITHOUT_COUNTERPART) {
      if (current == iface && other.equalsIgnoreCase(written)) {
        if (!other.equals("SaveConfig") || !value.equalsIgnoreCase("false")) {
          problems.warn(
              place, other + " has no counterpart and is left out: " + Quote.whole(value));
        }
        return;
      }
    }
    String advice =
        NearestKey.of(written, known)
            .map(nearest -> "did you mean " + nearest + "?")
            .orElse("known here are " + String.join(", ", known));
    problems.error(
        place, "unknown key " + Quote.value(written) + " in " + current.header + "; " + advice);
  }

  private void add(String key, String line, String value, int start, Place keyPlace) {
    List<Placed<String>> values = current.values.computeIfAbsent(key, k -> new ArrayList<>());
    current.places.putIfAbsent(key, place(line, start, keyPlace.line()));
    if (COMMANDS.contains(key)) {
      command(key, value, place(line, start, keyPlace.line()), keyPlace);
      return;
    }
    if (!LISTS.contains(key)) {
      if (!values.isEmpty()) {
        problems.error(
            keyPlace,
            key
                + " stands twice, first on line "
                + values.getFirst().place().line()
                + "; keep one");
        return;
      }
      values.add(new Placed<>(value, place(line, start, keyPlace.line())));
      return;
    }
    int from = start;
    for (String item : value.split(",", -1)) {
      String bare = item.strip();
      if (!bare.isEmpty()) {
        int column = from + item.indexOf(bare);
        values.add(new Placed<>(bare, place(line, column, keyPlace.line())));
      }
      from += item.length() + 1;
    }
  }

  private void command(String key, String value, Place place, Place keyPlace) {
    if (key.equals("PostDown")) {
      problems.warn(
          keyPlace, "PostDown runs while the device is still there: " + Quote.whole(value));
    }
    current.values.get(key).add(new Placed<>(value, place));
  }

  private static Place place(String line, int index, int number) {
    return new Place(number, line.codePointCount(0, index) + 1);
  }

  /** One [Interface] or [Peer]; several [Interface] count as one, as for wg-quick. */
  final class Section {
    private final String header;
    private final Place place;
    private final Map<String, List<Placed<String>>> values = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();
    private String name;
    private String nameAbove;

    Section(String header, Place place) {
      this.header = header;
      this.place = place;
    }

    Place place() {
      return place;
    }

    /** Where a key's first value stands, or the header. */
    Place place(String key) {
      return places.getOrDefault(key, place);
    }

    /** What a comment calls it, or null. */
    String name() {
      return name != null ? name : nameAbove;
    }

    boolean has(String key) {
      return values.containsKey(key);
    }

    <T> T value(String key, Function<String, T> parser, T absent) {
      List<Placed<T>> parsed = list(key, parser);
      return parsed.isEmpty() ? absent : parsed.getFirst().value();
    }

    <T> List<Placed<T>> list(String key, Function<String, T> parser) {
      List<Placed<T>> parsed = new ArrayList<>();
      for (Placed<String> text : values.getOrDefault(key, List.of())) {
        try {
          if (text.value().isEmpty()) {
            throw new IllegalArgumentException("a value is missing; give one or remove the line");
          }
          parsed.add(new Placed<>(parser.apply(text.value()), text.place()));
        } catch (IllegalArgumentException e) {
          problems.error(text.place(), key + ": " + e.getMessage());
        }
      }
      return parsed;
    }
  }
}
