package io.taltun.config;

import java.util.regex.Pattern;

/** What devices and peers may be called. */
final class Names {
  /** IFNAMSIZ - 1 characters of those that scripts and socket paths take, as wg-quick has it. */
  private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_=+.-]{1,15}");

  static final int MAX_PEER_CHARS = 64;

  private static final String PEER_CHARS = "[\\p{L}\\p{M}\\p{N} ._@+'()-]";

  private static final Pattern PEER =
      Pattern.compile("[\\p{L}\\p{N}](?:" + PEER_CHARS + "{0,62}[\\p{L}\\p{M}\\p{N}._@+'()-])?");

  private Names() {}

  static boolean isInterface(String text) {
    // dev_valid_name of net/core/dev.c refuses the two directory names.
    return INTERFACE.matcher(text).matches() && !text.equals(".") && !text.equals("..");
  }

  static String interfaceName(String text) {
    if (!isInterface(text)) {
      throw new IllegalArgumentException(
          Quote.value(text) + " cannot name a device; use 1 to 15 letters, digits and _ = + . -");
    }
    return text;
  }

  static String peer(String text) {
    if (!PEER.matcher(text).matches()) {
      throw new IllegalArgumentException(
          Quote.value(text)
              + " cannot name a peer; use up to 64 letters, digits, blanks and . _ @ + ' ( ) -,"
              + " a letter or digit first");
    }
    return text;
  }

  /** The peer name nearest to a free text, or null when nothing is left of it. */
  static String peerFrom(String text) {
    String name =
        text.codePoints()
            .mapToObj(Character::toString)
            .map(c -> c.matches(PEER_CHARS) ? c : "-")
            .reduce("", String::concat)
            .replaceAll("^[^\\p{L}\\p{N}]+", "")
            .strip();
    return name.length() <= MAX_PEER_CHARS && PEER.matcher(name).matches() ? name : null;
  }
}
