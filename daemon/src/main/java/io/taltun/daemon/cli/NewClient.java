package io.taltun.daemon.cli;

import io.taltun.config.AccessRules;
import io.taltun.config.ClientConfig;
import io.taltun.config.Clients;
import io.taltun.config.FreeAddress;
import io.taltun.config.HostPort;
import io.taltun.config.InterfaceConfig;
import io.taltun.config.IpLiteral;
import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.X25519;
import io.taltun.daemon.onboard.OutsideAddress;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A client with new keys, from both sides.
 *
 * @param peer what the gateway's file is to say
 * @param config what the client is to have
 * @param warning about the endpoint that was guessed, if it was
 */
record NewClient(PeerConfig peer, ClientConfig config, Optional<String> warning)
    implements AutoCloseable {
  /**
   * Makes the keys and chooses what is open.
   *
   * @param gateway as its file describes it
   * @param clients what to tell; an endpoint and prefixes that are missing are found here
   * @param addresses null to take free ones
   * @param publicKey of a client that has its keys; null to make them
   * @param preshared whether to make a preshared key
   * @throws CommandFailure when the gateway's file does not allow it
   */
  static NewClient of(
      TaltunConfig gateway,
      String name,
      Clients clients,
      List<IpPrefix> addresses,
      PublicKey publicKey,
      boolean preshared) {
    requireNew(gateway, name, publicKey);
    List<IpPrefix> own = addresses == null ? free(gateway) : unclaimed(gateway, addresses);
    Endpoint endpoint = endpoint(gateway.iface(), clients.endpoint());
    SecureRandom random = new SecureRandom();
    X25519 x25519 = Primitives.best().x25519();
    PrivateKey privateKey = publicKey == null ? PrivateKey.generate(random) : null;
    PublicKey clientKey = publicKey == null ? privateKey.publicKey(x25519) : publicKey;
    PresharedKey presharedKey = preshared ? PresharedKey.generate(random) : PresharedKey.none();
    ClientConfig config =
        new ClientConfig(
            privateKey,
            clientKey,
            own,
            clients.dns(),
            clients.mtu(),
            gateway.iface().privateKey().publicKey(x25519),
            presharedKey,
            clients.allowedIps().isEmpty() ? networks(gateway.iface()) : clients.allowedIps(),
            endpoint.value,
            clients.persistentKeepalive());
    PeerConfig peer =
        new PeerConfig(name, clientKey, presharedKey, null, own, Duration.ZERO, AccessRules.NONE);
    return new NewClient(peer, config, Optional.ofNullable(endpoint.warning));
  }

  private static void requireNew(TaltunConfig gateway, String name, PublicKey publicKey) {
    for (PeerConfig peer : gateway.peers()) {
      if (peer.name().equals(name)) {
        throw CommandFailure.usage(
            "there is a peer '%s' already; choose another name, or 'taltun peer remove' it first"
                .formatted(name));
      }
      if (peer.publicKey().equals(publicKey)) {
        throw CommandFailure.usage(
            "this public key is already that of '" + peer.name() + "'; every peer has its own");
      }
    }
  }

  /** The addresses that somebody has, and the prefixes. */
  private static List<IpPrefix> claimed(TaltunConfig gateway) {
    List<IpPrefix> claimed = new ArrayList<>();
    gateway.iface().addresses().forEach(it -> claimed.add(IpPrefix.host(it.address())));
    gateway.peers().forEach(peer -> claimed.addAll(peer.allowedIps()));
    return claimed;
  }

  /** One of each family that the gateway has a network of. */
  private static List<IpPrefix> free(TaltunConfig gateway) {
    List<IpPrefix> networks =
        gateway.iface().addresses().stream().filter(address -> !address.isHost()).toList();
    if (networks.isEmpty()) {
      throw CommandFailure.usage(
          "the gateway's `address` has no network to take an address from; give one with"
              + " --address");
    }
    List<IpPrefix> claimed = claimed(gateway);
    List<IpPrefix> free = new ArrayList<>();
    for (boolean ipv4 : new boolean[] {true, false}) {
      List<IpPrefix> family = networks.stream().filter(it -> it.isIpv4() == ipv4).toList();
      Optional<InetAddress> address =
          family.stream()
              .map(network -> FreeAddress.in(network, claimed))
              .flatMap(Optional::stream)
              .findFirst();
      address.map(IpPrefix::host).ifPresent(free::add);
      if (!family.isEmpty() && address.isEmpty()) {
        throw CommandFailure.usage(
            "no address is free in "
                + joined(family.stream().map(IpPrefix::network).toList())
                + "; remove a peer, or give a shorter prefix in `address`");
      }
    }
    return free;
  }

  private static List<IpPrefix> unclaimed(TaltunConfig gateway, List<IpPrefix> addresses) {
    List<IpPrefix> claimed = claimed(gateway);
    for (IpPrefix address : addresses) {
      if (claimed.contains(address)) {
        throw CommandFailure.usage(
            IpLiteral.format(address.address()) + " is taken already; give another --address");
      }
    }
    return addresses;
  }

  private static List<IpPrefix> networks(InterfaceConfig iface) {
    return iface.addresses().stream().map(IpPrefix::network).distinct().toList();
  }

  private record Endpoint(HostPort value, String warning) {}

  private static Endpoint endpoint(InterfaceConfig iface, HostPort told) {
    if (told != null) {
      return new Endpoint(told, null);
    }
    if (iface.listenPort() == 0) {
      throw CommandFailure.usage(
          "`listen-port` is 0, any free port: set it, or say where clients reach this gateway with"
              + " --endpoint HOST:PORT");
    }
    InetAddress outside =
        OutsideAddress.guess(iface.addresses())
            .orElseThrow(
                () ->
                    CommandFailure.usage(
                        "there is no default route to guess from: say where clients reach this"
                            + " gateway with --endpoint HOST:PORT"));
    HostPort guess = new HostPort(IpLiteral.format(outside), iface.listenPort());
    String unless =
        OutsideAddress.isPrivate(outside)
            ? ", a private address: clients elsewhere need --endpoint HOST:PORT, or `endpoint`"
                + " under `clients`"
            : "; behind a NAT give --endpoint HOST:PORT, or `endpoint` under `clients`";
    return new Endpoint(guess, "the client is told that this gateway is " + guess + unless);
  }

  /** For people. */
  String addresses() {
    return config.addresses().stream()
        .map(it -> IpLiteral.format(it.address()))
        .collect(Collectors.joining(", "));
  }

  private static String joined(List<IpPrefix> prefixes) {
    return prefixes.stream().map(Objects::toString).collect(Collectors.joining(", "));
  }

  /** Erases the keys. */
  @Override
  public void close() {
    if (config.privateKey() != null) {
      config.privateKey().close();
    }
    peer.presharedKey().close();
  }
}
