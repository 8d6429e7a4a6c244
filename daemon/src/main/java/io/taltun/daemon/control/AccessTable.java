package io.taltun.daemon.control;

import io.taltun.config.AccessEntry;
import io.taltun.config.AccessRules;
import io.taltun.crypto.key.PublicKey;
import io.taltun.dataplane.access.AccessPolicy;
import io.taltun.dataplane.access.AccessRule;
import io.taltun.dataplane.access.FlowTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Which access rules belong to which key, and their compiled form. They stay with the key: a peer
 * that {@code wg} removes and adds again is as restricted as before. Control thread.
 */
final class AccessTable {
  private final RandomGenerator random;
  private final Map<PublicKey, AccessRules> byKey = new HashMap<>();

  /** Shared by all peers; null while none has rules. */
  private FlowTable flows;

  /**
   * @param random unpredictable
   */
  AccessTable(RandomGenerator random) {
    this.random = random;
  }

  /** The rules of a key from now on; {@link #policy} has them. */
  void set(PublicKey key, AccessRules rules) {
    byKey.put(key, rules);
  }

  /** The rules of a key. */
  AccessRules get(PublicKey key) {
    return byKey.getOrDefault(key, AccessRules.NONE);
  }

  /** Forgets the rules of all other keys. */
  void retain(Set<PublicKey> known) {
    byKey.keySet().retainAll(known);
  }

  /** What the peer of a key may send, in the form that workers use; null for everything. */
  AccessPolicy policy(PublicKey key, int slot) {
    AccessRules rules = get(key);
    if (rules.allowsEverything()) {
      return null;
    }
    if (flows == null) {
      flows = new FlowTable(random);
    }
    return new AccessPolicy(
        slot,
        compiled(rules.deny()),
        rules.allow() == null ? null : compiled(rules.allow()),
        rules.log(),
        flows);
  }

  private static List<AccessRule> compiled(List<AccessEntry> entries) {
    List<AccessRule> rules = new ArrayList<>();
    for (AccessEntry entry : entries) {
      var network = entry.destination() == null ? null : entry.destination().address();
      int length = entry.destination() == null ? 0 : entry.destination().length();
      int protocol = protocol(entry.protocol());
      Stream<AccessEntry.PortRange> ports =
          entry.ports().isEmpty()
              ? Stream.of(new AccessEntry.PortRange(AccessRule.NO_PORTS, AccessRule.MAX_PORT))
              : entry.ports().stream();
      ports.forEach(
          it -> rules.add(new AccessRule(network, length, protocol, it.first(), it.last())));
    }
    return rules;
  }

  private static int protocol(AccessEntry.Protocol protocol) {
    return switch (protocol) {
      case ANY -> AccessRule.ANY_PROTOCOL;
      case TCP -> AccessRule.TCP;
      case UDP -> AccessRule.UDP;
      case ICMP -> AccessRule.ICMP;
    };
  }
}
