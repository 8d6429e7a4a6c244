package io.taltun.config;

import java.util.List;

/** Reads a peer's {@code allow}, {@code deny} and {@code log}. */
final class AccessReader {
  static final String ALLOW = "allow";
  static final String DENY = "deny";
  static final String LOG = "log";

  private AccessReader() {}

  static AccessRules read(Section peer, Problems problems) {
    List<AccessEntry> allow = entries(peer, ALLOW, problems);
    List<AccessEntry> deny = entries(peer, DENY, problems);
    boolean log = peer.valueOr(LOG, Words::trueOrFalse, false);
    return new AccessRules(allow, deny == null ? List.of() : deny, log);
  }

  /** Null when there is no such list. */
  private static List<AccessEntry> entries(Section peer, String key, Problems problems) {
    if (!peer.has(key)) {
      return null;
    }
    if (peer.node(key) == null) {
      problems.error(
          peer.keyPlace(key),
          key + ": a list is missing; write [] for an empty one, or remove the key");
      return null;
    }
    List<Placed<AccessEntry>> entries = peer.list(key, AccessEntry::parse);
    if (entries.size() > AccessRules.MOST_ENTRIES) {
      problems.error(
          peer.keyPlace(key),
          key
              + ": "
              + entries.size()
              + " entries are more than "
              + AccessRules.MOST_ENTRIES
              + "; join prefixes or ports");
    }
    return entries.stream().map(Placed::value).toList();
  }
}
