package io.taltun.daemon.cli;

import io.taltun.config.Clients;
import io.taltun.config.HostPort;
import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PublicKey;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** What a client is told instead of what the file's {@code clients} say. */
final class NewClientOptions {
  private static final List<IpPrefix> EVERYTHING =
      List.of(IpPrefix.parse("0.0.0.0/0"), IpPrefix.parse("::/0"));

  @Option(
      names = "--endpoint",
      paramLabel = "HOST[:PORT]",
      description =
          "Where the client reaches this gateway; default: clients.endpoint, else a guess.")
  private String endpoint;

  @Option(
      names = "--allowed-ips",
      split = ",",
      paramLabel = "PREFIX",
      description =
          "What the client sends through the tunnel; default: clients.allowed-ips, else the"
              + " networks of the gateway's addresses.")
  private List<String> allowedIps;

  @Option(names = "--full-tunnel", description = "All that the client sends goes through it.")
  private boolean fullTunnel;

  @Option(
      names = "--dns",
      split = ",",
      paramLabel = "ADDRESS",
      description = "Name servers and search domains; default: clients.dns.")
  private List<String> dns;

  @Option(
      names = "--keepalive",
      paramLabel = "DURATION",
      description = "Like 25s, or off; default: clients.persistent-keepalive, else 25s.")
  private String keepalive;

  @Option(
      names = "--address",
      split = ",",
      paramLabel = "ADDRESS",
      description = "The client's; default: the lowest that is free in each of the networks.")
  private List<String> addresses;

  @Option(
      names = "--public-key",
      paramLabel = "KEY",
      description = "Of a client that made its keys itself.")
  String publicKey;

  @Option(names = "--no-preshared-key", description = "For clients that know none.")
  private boolean noPresharedKey;

  /** Reads the value of an option, or ends the command. */
  @FunctionalInterface
  interface Arguments {
    <T> T parse(String option, String text, Function<String, T> parser);
  }

  NewClient client(String name, PeersFile file, Arguments arguments) {
    Clients told = file.config().clients();
    int port = file.config().iface().listenPort();
    List<IpPrefix> sent =
        fullTunnel
            ? EVERYTHING
            : list("--allowed-ips", allowedIps, it -> IpPrefix.parse(it).network(), arguments);
    Clients clients =
        new Clients(
            endpoint == null
                ? told.endpoint()
                : arguments.parse("--endpoint", endpoint, it -> withPort(it, port)),
            sent == null ? told.allowedIps() : sent,
            dns == null ? told.dns() : list("--dns", dns, Clients::parseDns, arguments),
            told.mtu(),
            keepalive == null
                ? told.persistentKeepalive()
                : arguments.parse("--keepalive", keepalive, Clients::parseKeepalive));
    return NewClient.of(
        file.config(),
        name,
        clients,
        list("--address", addresses, NewClientOptions::host, arguments),
        publicKey == null ? null : arguments.parse("--public-key", publicKey, PublicKey::ofBase64),
        !noPresharedKey);
  }

  private static <T> List<T> list(
      String option, List<String> texts, Function<String, T> parser, Arguments arguments) {
    return texts == null
        ? null
        : texts.stream().map(it -> arguments.parse(option, it, parser)).toList();
  }

  /** The gateway's own port is meant where none is given. */
  private static HostPort withPort(String text, int port) {
    boolean bare = text.indexOf(':') < 0 || text.endsWith("]");
    return HostPort.parse(bare && port != 0 ? text + ":" + port : text);
  }

  private static IpPrefix host(String text) {
    IpPrefix address = IpPrefix.parse(text);
    if (!address.isHost()) {
      throw new IllegalArgumentException("'" + text + "' is a network; give one address of it");
    }
    return address;
  }
}
