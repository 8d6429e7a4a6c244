package io.taltun.daemon.uapi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.taltun.daemon.gateway.DeviceChange;
import io.taltun.daemon.gateway.PeerChange;
import io.taltun.dataplane.os.Errno;
import io.taltun.fuzz.FuzzTarget;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The lines of a set: a good one is what https://www.wireguard.com/xplatform/ says, is written and
 * read again; a bad one spoils the set with an errno and one line without a key.
 */
public final class UapiSetTarget implements FuzzTarget {
  private static final String KEY = "0123456789abcdefABCDEF0123456789".repeat(2);
  private static final Predicate<String> IS_KEY =
      Pattern.compile("[0-9a-fA-F]{64}").asMatchPredicate();
  private static final Predicate<String> IS_NUMBER = Pattern.compile("[0-9]+").asMatchPredicate();
  private static final Predicate<String> IS_PREFIX =
      Pattern.compile("-?[0-9a-fA-F:.]+/(0|[1-9][0-9]{0,2})").asMatchPredicate();
  private static final Predicate<String> IS_ENDPOINT =
      Pattern.compile("([0-9.]+|\\[[0-9a-fA-F:.]+(%.+)?\\]):[0-9]+").asMatchPredicate();

  /** The lines between {@code set=1} and the empty line, each ended by a line feed. */
  @Override
  public void accept(byte[] input) {
    DeviceChange change = read(input);
    if (change != null) {
      String written = written(change);
      DeviceChange again = read(written.getBytes(ISO_8859_1));
      require(change.equals(again), "was written as " + written + "and read as " + again);
      close(change);
      close(again);
    }
  }

  private static DeviceChange read(byte[] input) {
    try (SetParser parser = new SetParser(name -> name.equals("eth7") ? 7 : 0)) {
      boolean ofPeer = false;
      int from = 0;
      while (from < input.length) {
        int to = from;
        while (to < input.length && input[to] != '\n') {
          to++;
        }
        boolean wasGood = parser.errno() == 0;
        boolean good = parser.line(input, from, to - from);
        require(good == (parser.errno() == 0), "says good and has an errno");
        require(wasGood || !good, "a spoilt set became good");
        String line = new String(input, from, to - from, ISO_8859_1);
        ofPeer |= line.startsWith("public_key=");
        require(!good || isGood(line, ofPeer), "taken: " + line);
        from = to + 1;
      }
      if (parser.errno() == 0) {
        return parser.finish();
      }
      checkProblem(parser);
      return null;
    }
  }

  private static void checkProblem(SetParser parser) {
    int errno = parser.errno();
    require(
        errno == Errno.EINVAL || errno == Errno.EPROTO || errno == Errno.ENOMEM, "errno " + errno);
    require(parser.problem().lines().count() == 1, parser.problem());
    require(!parser.problem().contains(KEY.substring(0, 16)), parser.problem());
  }

  /** By expressions, and looser than it has to be where an address is. */
  private static boolean isGood(String line, boolean ofPeer) {
    int equals = line.indexOf('=');
    String value = line.substring(equals + 1);
    return switch (line.substring(0, equals)) {
      case "private_key" -> !ofPeer && IS_KEY.test(value);
      case "listen_port" -> !ofPeer && isNumber(value, 0xffff);
      case "fwmark" -> !ofPeer && isNumber(value, 0xffff_ffffL);
      case "replace_peers" -> !ofPeer && value.equals("true");
      case "public_key" -> IS_KEY.test(value);
      case "preshared_key" -> ofPeer && IS_KEY.test(value);
      case "remove", "update_only", "replace_allowed_ips" -> ofPeer && value.equals("true");
      case "persistent_keepalive_interval" -> ofPeer && isNumber(value, 0xffff);
      case "protocol_version" -> ofPeer && isNumber(value, 1);
      case "allowed_ip" -> ofPeer && IS_PREFIX.test(value);
      case "endpoint" -> ofPeer && IS_ENDPOINT.test(value);
      default -> false;
    };
  }

  private static boolean isNumber(String value, long most) {
    String digits = value.replaceFirst("^0+(?=.)", "");
    return IS_NUMBER.test(value) && digits.length() < 18 && Long.parseLong(digits) <= most;
  }

  private static String written(DeviceChange change) {
    StringBuilder out = new StringBuilder();
    if (change.privateKey() != null) {
      line(out, "private_key", HexFormat.of().formatHex(change.privateKey().copyBytes()));
    }
    if (change.listenPort() != null) {
      line(out, "listen_port", change.listenPort());
    }
    if (change.fwmark() != null) {
      line(out, "fwmark", change.fwmark());
    }
    if (change.replacePeers()) {
      line(out, "replace_peers", true);
    }
    change.peers().forEach(peer -> write(out, peer));
    return out.toString();
  }

  private static void write(StringBuilder out, PeerChange peer) {
    line(out, "public_key", HexFormat.of().formatHex(peer.publicKey().copyBytes()));
    if (peer.remove()) {
      line(out, "remove", true);
    }
    if (peer.updateOnly()) {
      line(out, "update_only", true);
    }
    if (peer.presharedKey() != null) {
      byte[] raw =
          peer.presharedKey().isNone()
              ? new byte[32]
              : Base64.getDecoder().decode(peer.presharedKey().toBase64());
      line(out, "preshared_key", HexFormat.of().formatHex(raw));
    }
    if (peer.endpoint() != null) {
      line(out, "endpoint", peer.endpoint());
    }
    if (peer.persistentKeepaliveSeconds() != null) {
      line(out, "persistent_keepalive_interval", peer.persistentKeepaliveSeconds());
    }
    if (peer.replaceAllowedIps()) {
      line(out, "replace_allowed_ips", true);
    }
    for (PeerChange.AllowedIp each : peer.allowedIps()) {
      line(out, "allowed_ip", (each.remove() ? "-" : "") + each.prefix());
    }
  }

  private static void line(StringBuilder out, String name, Object value) {
    out.append(name).append('=').append(value).append('\n');
  }

  private static void close(DeviceChange change) {
    if (change.privateKey() != null) {
      change.privateKey().close();
    }
    for (PeerChange peer : change.peers()) {
      if (peer.presharedKey() != null) {
        peer.presharedKey().close();
      }
    }
  }

  private static void require(boolean so, String what) {
    if (!so) {
      throw new AssertionError(what);
    }
  }

  @Override
  public List<byte[]> seeds() {
    return Stream.of(
            "private_key=" + KEY + "\nlisten_port=51820\nfwmark=51966\nreplace_peers=true\n",
            "public_key=" + KEY + "\npreshared_key=" + KEY + "\nendpoint=192.0.2.1:51820\n",
            "public_key=" + KEY + "\nendpoint=[fe80::1%eth7]:1\nupdate_only=true\n",
            "public_key=" + KEY + "\nallowed_ip=10.0.0.0/24\nallowed_ip=-fd99::/64\n",
            "listen_port=0\npublic_key=" + KEY + "\nremove=true\npublic_key=" + KEY + "\n",
            "public_key=" + KEY + "\npersistent_keepalive_interval=25\nprotocol_version=1\n",
            "public_key=" + KEY + "\nallowed_ip=::/0\nreplace_allowed_ips=true\n")
        .map(it -> it.getBytes(ISO_8859_1))
        .toList();
  }

  @Override
  public List<byte[]> words() {
    String names =
        "private_key listen_port fwmark replace_peers public_key remove update_only preshared_key"
            + " endpoint persistent_keepalive_interval replace_allowed_ips allowed_ip"
            + " protocol_version";
    return Stream.concat(
            Arrays.stream(names.split(" ")).map(name -> "\n" + name + "="),
            Stream.of(
                "true\n", "%7", "%eth7", "::ffff:1.2.3.4", "/128", "65536", "4294967296", "-"))
        .map(it -> it.getBytes(ISO_8859_1))
        .toList();
  }

  @Override
  public int inputsInTests() {
    return 40_000;
  }
}
