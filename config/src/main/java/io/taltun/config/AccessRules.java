package io.taltun.config;

import java.util.List;

/**
 * What a peer may send. {@code deny} wins over {@code allow}; answers to what others began pass
 * whatever stands here.
 *
 * @param allow null for everything that is not denied; with a list only what it names
 * @param deny empty for nothing
 * @param log whether denied packets are logged
 */
public record AccessRules(List<AccessEntry> allow, List<AccessEntry> deny, boolean log) {
  /** Everything. */
  public static final AccessRules NONE = new AccessRules(null, List.of(), false);

  /** Entries of one list at most: each packet of the peer is held against them in their order. */
  public static final int MOST_ENTRIES = 256;

  /** Copies the lists. */
  public AccessRules {
    allow = allow == null ? null : List.copyOf(allow);
    deny = List.copyOf(deny);
  }

  /** Whether every packet passes. */
  public boolean allowsEverything() {
    return allow == null && deny.isEmpty();
  }
}
