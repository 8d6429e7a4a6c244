package io.taltun.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the comments of common WireGuard tools call a peer: {@code # Name = x}, {@code #
 * friendly_name = x}, {@code ### Client x}, {@code # BEGIN_PEER x}, or {@code # x}.
 */
final class PeerComment {
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i)(?:(?:friendly_name|name|client|peer)\\s*[=:]|(?:client|begin_peer)\\s)\\s*(.+)");

  /** A setting that was commented out, or a tool's mark, names nobody. */
  private static final Pattern NOT_A_NAME = Pattern.compile("(?i)\\w+\\s*=.*|END_PEER.*");

  private PeerComment() {}

  /** The name in a comment that starts with #, or null. */
  static String name(String comment) {
    String text = comment.replaceFirst("^[#\\s]+", "").strip();
    Matcher named = NAMED.matcher(text);
    if (named.matches()) {
      return Names.peerFrom(named.group(1).strip());
    }
    return NOT_A_NAME.matcher(text).matches() ? null : Names.peerFrom(text);
  }
}
