package io.taltun.daemon.reload;

import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.gateway.ReconfigureException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the reader of a file checks across peers, for a configuration that comes from no file. */
final class Claims {
  private Claims() {}

  /** Refuses a name, a prefix or our own key and addresses where two have them. */
  static void check(TaltunConfig config) throws ReconfigureException {
    PublicKey own = config.iface().privateKey().publicKey(Primitives.best().x25519());
    Set<InetAddress> ownAddresses =
        config.iface().addresses().stream().map(IpPrefix::address).collect(Collectors.toSet());
    Set<String> names = new HashSet<>();
    Map<IpPrefix, String> owners = new HashMap<>();
    for (PeerConfig peer : config.peers()) {
      if (peer.publicKey().equals(own)) {
        throw invalid("this is the gateway's own public key; give the other side's");
      }
      if (!names.add(peer.name())) {
        throw invalid("the name " + peer.name() + " is taken by another peer; choose another");
      }
      for (IpPrefix prefix : peer.allowedIps()) {
        if (prefix.isHost() && ownAddresses.contains(prefix.address())) {
          throw invalid(prefix + " is the gateway's own address; give the peer another");
        }
        String owner = owners.putIfAbsent(prefix, peer.name());
        if (owner != null) {
          throw invalid(
              prefix + " is already routed to " + owner + "; a prefix belongs to one peer");
        }
      }
    }
  }

  static ReconfigureException invalid(String message) {
    return ReconfigureException.invalid(message, List.of());
  }
}
