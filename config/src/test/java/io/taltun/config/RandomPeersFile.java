package io.taltun.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * A valid peers.yaml at random: block and flow styles, comments and blank lines wherever YAML takes
 * them, sections in any order, every kind of empty list, any line end.
 */
final class RandomPeersFile {
  /** Whether removing the only peer gives back the bytes from before it was added. */
  final boolean emptyListStays;

  final String text;

  private final SplittableRandom random;
  private final StringBuilder out = new StringBuilder();
  private int comments;
  private int keys = 100;

  RandomPeersFile(SplittableRandom random) {
    this.random = random;
    boolean flowRoot = random.nextInt(8) == 0;
    List<String> sections = new ArrayList<>(List.of("interface", "peers", "tuning", "relay"));
    Collections.shuffle(sections, new java.util.Random(random.nextLong()));
    boolean stays = true;
    if (random.nextInt(10) == 0) {
      sections.remove("peers");
      stays = false;
    }
    gap();
    if (random.nextInt(10) == 0) {
      out.append("---\n");
    }
    if (flowRoot) {
      stays &= flowRoot(sections);
    } else {
      for (String section : sections) {
        stays &= section(section);
        gap();
      }
    }
    if (random.nextInt(10) == 0) {
      out.append("...\n");
      gap();
    }
    emptyListStays = stays;
    String whole = out.toString();
    if (random.nextInt(4) == 0) {
      whole = whole.stripTrailing();
    }
    if (random.nextInt(4) == 0) {
      whole = whole.replace("\n", "\r\n");
    }
    text = (random.nextInt(8) == 0 ? "\uFEFF" : "") + whole;
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  /** Blank lines and comments of any depth. */
  private void gap() {
    while (chance(3)) {
      out.append(
              chance(2) ? " ".repeat(random.nextInt(9)) + comment() : " ".repeat(random.nextInt(3)))
          .append('\n');
    }
  }

  private String comment() {
    comments++;
    return "# c" + comments + pick(" ", ": [x, y]", " - name: 'a\"", " \uD83D\uDE00 # é", " {}");
  }

  private String endOfLine() {
    return (chance(3) ? " ".repeat(random.nextInt(1, 4)) + comment() : chance(6) ? "  " : "")
        + "\n";
  }

  private String pick(String... some) {
    return some[random.nextInt(some.length)];
  }

  /** Whether an empty list of peers there is written back as it was. */
  private boolean section(String section) {
    String key = chance(5) ? "\"" + section + "\"" : section;
    switch (section) {
      case "interface" ->
          out.append(key)
              .append(":")
              .append(endOfLine())
              .append("  private-key: ")
              .append(Samples.OWN_PRIVATE)
              .append(endOfLine())
              .append("  address: [10.99.0.1/24, \"fd99::1/64\"]")
              .append(endOfLine());
      case "tuning" -> out.append(key).append(": {rekey-after-bytes: 2GiB}").append(endOfLine());
      case "relay" -> out.append(key).append(":").append(endOfLine());
      default -> {
        return peers(key);
      }
    }
    return true;
  }

  private boolean peers(String key) {
    int count = random.nextInt(4);
    out.append(key).append(":");
    if (count == 0) {
      String nothing = pick("", "", " []", " [ ]", " ~", " null", " [ # x\n ]", "\n  []");
      out.append(nothing).append(endOfLine());
      return nothing.isEmpty() || nothing.contains("#");
    }
    if (chance(4)) {
      out.append(' ').append(flowList(count, chance(2))).append(endOfLine());
      return true;
    }
    out.append(endOfLine());
    gap();
    int column = pick("", "  ", "    ").length();
    boolean apart = chance(3);
    for (int i = 0; i < count; i++) {
      blockPeer(column);
      if (apart && i < count - 1) {
        out.append('\n');
      } else if (i < count - 1) {
        gap();
      }
    }
    return true;
  }

  private void blockPeer(int column) {
    if (chance(6)) {
      out.append(" ".repeat(column)).append("- ").append(flowPeer()).append(endOfLine());
      return;
    }
    int offset = random.nextInt(2, 5);
    String indent = " ".repeat(column + offset);
    String dash = " ".repeat(column) + "-" + " ".repeat(offset - 1);
    List<String> settings = settings();
    Collections.shuffle(settings, new java.util.Random(random.nextLong()));
    if (chance(5)) {
      out.append(" ".repeat(column)).append('-').append(endOfLine());
      dash = indent;
    }
    for (String setting : settings) {
      if (!dash.isBlank() || !setting.equals(settings.getFirst())) {
        gapInside(setting.equals(settings.getFirst()));
      }
      out.append(dash).append(setting).append(endOfLine());
      dash = indent;
    }
    if (chance(3)) {
      out.append(indent).append("allowed-ips:").append(endOfLine());
      out.append(indent)
          .append("  - 10.99.1.")
          .append(keys % 256)
          .append("/32")
          .append(endOfLine());
      if (chance(3)) {
        out.append(indent).append(comment()).append('\n');
      }
    } else if (chance(4)) {
      out.append(indent).append("allowed-ips:").append(endOfLine());
    }
  }

  private void gapInside(boolean first) {
    if (!first && chance(5)) {
      gap();
    }
  }

  private List<String> settings() {
    keys++;
    List<String> settings = new ArrayList<>();
    settings.add("public-key: " + pick("", "&k" + keys + " ") + Samples.peerKey(keys));
    if (chance(2)) {
      String name = "peer " + keys;
      settings.add("name: " + pick(name, "'" + name + "'", "\"" + name + "\"", "ö-" + keys));
    }
    if (chance(4)) {
      settings.add("endpoint: 192.0.2.1:" + keys);
    }
    return settings;
  }

  private String flowPeer() {
    return settings().stream().collect(Collectors.joining(pick(", ", " , "), "{", pick("}", " }")));
  }

  private String flowList(int count, boolean lines) {
    StringBuilder list = new StringBuilder("[");
    for (int i = 0; i < count; i++) {
      list.append(
          lines
              ? endOfLine() + (chance(3) ? "    " + comment() + "\n" : "") + "    "
              : pick("", " "));
      list.append(flowPeer());
      list.append(i < count - 1 ? "," : pick("", ",", " ,"));
    }
    return list.append(lines && chance(2) ? endOfLine() + "  ]" : " ]").toString();
  }

  private boolean flowRoot(List<String> sections) {
    boolean stays = true;
    out.append('{');
    for (String section : sections) {
      out.append(pick("", "\n", " # x\n ")).append('"').append(section).append("\": ");
      switch (section) {
        case "interface" -> out.append("{private-key: ").append(Samples.OWN_PRIVATE).append('}');
        case "tuning" -> out.append("{rekey-after-bytes: 2GiB}");
        case "relay" -> out.append("{enabled: false}");
        default -> {
          int count = random.nextInt(3);
          boolean nothing = count == 0 && chance(3);
          stays = !nothing;
          out.append(nothing ? pick("", "~", "null") : flowList(count, chance(2)));
        }
      }
      out.append(section.equals(sections.getLast()) ? pick("", ",", " # x\n") : ",");
    }
    out.append('}').append(endOfLine());
    return stays;
  }
}
