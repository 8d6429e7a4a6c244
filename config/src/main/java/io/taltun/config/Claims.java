package io.taltun.config;

import io.taltun.crypto.key.PublicKey;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** Who has what: names, keys, addresses and prefixes belong to one owner each. */
final class Claims {
  private final Problems problems;
  private final Map<String, Place> names = new HashMap<>();
  private final Map<PublicKey, Owner> keys = new HashMap<>();
  private final Map<InetAddress, Place> ownAddresses = new HashMap<>();
  private final Map<IpPrefix, Owner> prefixes = new HashMap<>();

  private record Owner(String name, Place place) {}

  Claims(Problems problems) {
    this.problems = problems;
  }

  /** Our own address; called before any peer is. */
  void ownAddress(Placed<IpPrefix> address) {
    Place first = ownAddresses.putIfAbsent(address.value().address(), address.place());
    if (first != null) {
      problems.error(
          address.place(),
          IpLiteral.format(address.value().address())
              + " is claimed twice, first on line "
              + first.line()
              + "; remove one");
    }
  }

  void name(Placed<String> name) {
    Place first = names.putIfAbsent(name.value(), name.place());
    if (first != null) {
      problems.error(
          name.place(),
          "the name "
              + Quote.value(name.value())
              + " is taken by the peer on line "
              + first.line()
              + "; choose another");
    }
  }

  /** A peer's key; {@code own} is ours, or null while that is not known. */
  void publicKey(Placed<PublicKey> key, String peer, PublicKey own) {
    if (key.value().equals(own)) {
      problems.error(
          key.place(),
          "this is the gateway's own public key; give the other side's, which `taltun pubkey`"
              + " prints there");
      return;
    }
    Owner first = keys.putIfAbsent(key.value(), new Owner(peer, key.place()));
    if (first != null) {
      problems.error(
          key.place(),
          "this public key is already that of "
              + Quote.value(first.name)
              + " on line "
              + first.place.line()
              + "; every peer has a key of its own");
    }
  }

  /** A peer's allowed-ip, host bits cleared. */
  void allowedIp(Placed<IpPrefix> prefix, String peer) {
    IpPrefix network = prefix.value();
    Place own = network.isHost() ? ownAddresses.get(network.address()) : null;
    if (own != null) {
      problems.error(
          prefix.place(),
          network
              + " is the gateway's own address on line "
              + own.line()
              + "; give the peer another");
    }
    Owner first = prefixes.putIfAbsent(network, new Owner(peer, prefix.place()));
    if (first == null) {
      return;
    }
    String owner = first.name.equals(peer) ? "this peer" : Quote.value(first.name);
    problems.error(
        prefix.place(),
        network
            + " is already routed to "
            + owner
            + " on line "
            + first.place.line()
            + "; a prefix belongs to one peer, remove one");
  }
}
