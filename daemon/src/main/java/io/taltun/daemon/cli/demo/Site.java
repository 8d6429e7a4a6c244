package io.taltun.daemon.cli.demo;

import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import java.net.InetAddress;
import java.security.SecureRandom;

/**
 * One of the two sides, on paper.
 *
 * @param letter what people call it
 * @param name of the gateway's device
 * @param cable the device that stands for the Internet
 * @param outer its address, out of RFC 5737's TEST-NET-1
 * @param inner4 in the tunnel
 * @param inner6 in the tunnel
 * @param key made for this run
 */
record Site(
    String letter,
    String name,
    String cable,
    IpPrefix outer,
    IpPrefix inner4,
    IpPrefix inner6,
    PrivateKey key)
    implements AutoCloseable {
  static final int PORT = 51_820;

  /** IFNAMSIZ allows 15 characters: the process id has at most seven. */
  static Site of(char letter, int number, long processId) {
    return new Site(
        String.valueOf(letter),
        "demo" + processId + letter,
        "cable" + processId + letter,
        IpPrefix.parse("192.0.2." + number + "/24"),
        IpPrefix.parse("10.99.0." + number + "/24"),
        IpPrefix.parse("fd99::" + number + "/64"),
        PrivateKey.generate(new SecureRandom()));
  }

  InetAddress address4() {
    return inner4.address();
  }

  InetAddress address6() {
    return inner6.address();
  }

  private PublicKey publicKey() {
    return key.publicKey(Primitives.best().x25519());
  }

  /**
   * The configuration for talking to the other side.
   *
   * @param calls whether it knows where the other side is, or waits to be called
   * @param ipv6 whether this machine has it
   */
  String yaml(Site other, boolean calls, boolean ipv6) {
    String addresses = ipv6 ? inner4 + ", \"" + inner6 + "\"" : inner4.toString();
    String allowed =
        ipv6
            ? "%s, \"%s\"".formatted(host(other.address4()), host(other.address6()))
            : host(other.address4());
    return """
    interface:
      name: %s
      private-key: %s
      address: [%s]
      listen-port: %d
    peers:
      - name: gateway-%s
        public-key: %s
        allowed-ips: [%s]
    %s\
    """
        .formatted(
            name,
            key.toBase64(),
            addresses,
            PORT,
            other.letter,
            other.publicKey().toBase64(),
            allowed,
            calls
                ? "    endpoint: %s:%d\n    persistent-keepalive: off\n"
                    .formatted(other.outer.address().getHostAddress(), PORT)
                : "");
  }

  private static String host(InetAddress address) {
    return IpPrefix.host(address).toString();
  }

  @Override
  public void close() {
    key.close();
  }
}
