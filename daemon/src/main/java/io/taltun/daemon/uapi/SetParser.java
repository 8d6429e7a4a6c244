package io.taltun.daemon.uapi;

import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.gateway.DeviceChange;
import io.taltun.daemon.gateway.PeerChange;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.udp.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Puts one {@code set} of https://www.wireguard.com/xplatform/ together, a line at a time. The
 * first bad line spoils the whole set: whoever feeds it goes on to the empty line that ends the
 * set, and then answers {@link #errno}.
 *
 * <p>Bytes in, a {@link DeviceChange} out: nothing is read, waited for or changed here. One thread
 * at a time.
 */
public final class SetParser implements AutoCloseable {
  private static final int MOST_PORT = 0xffff;
  private static final int MOST_SECONDS = 0xffff;
  private static final long MOST_MARK = 0xffff_ffffL;

  /** {@code persistent_keepalive_interval}; what is longer may be anything, a secret too. */
  private static final int LONGEST_NAME = 29;

  /**
   * Bytes of all lines. Ten thousand peers with a few prefixes each are 4 MiB, a million prefixes
   * 25 MiB; parsed they take four times as much of the heap.
   */
  private static final int MOST_BYTES = 32 << 20;

  private final LineValue value;
  private final List<PeerLines> peers = new ArrayList<>();

  private PrivateKey privateKey;
  private Integer listenPort;
  private Long fwmark;
  private boolean replacePeers;
  private PeerLines peer;

  private int lines;
  private int bytes;
  private int errno;
  private String problem;

  /**
   * @param interfaceIndex of a network interface by its name, for the zone of a link-local
   *     endpoint; 0 when there is none
   */
  public SetParser(ToIntFunction<String> interfaceIndex) {
    value = new LineValue(interfaceIndex);
  }

  /**
   * Takes a line that stands between {@code set=1} and the empty line. It keeps nothing of {@code
   * line}, which the caller erases.
   *
   * @param length bytes, without the line's end
   * @return false once the set is spoilt
   */
  public boolean line(byte[] line, int offset, int length) {
    if (errno != 0) {
      return false;
    }
    lines++;
    bytes += length + 1;
    if (bytes > MOST_BYTES) {
      return spoil(Errno.ENOMEM, "is past the " + MOST_BYTES + " bytes of a set");
    }
    int equals = offset;
    while (equals < offset + length && line[equals] != '=') {
      equals++;
    }
    if (equals == offset + length) {
      return spoil(Errno.EPROTO, "has no '='");
    }
    if (equals - offset > LONGEST_NAME) {
      return spoil(Errno.EINVAL, "has an unknown key");
    }
    String name = new String(line, offset, equals - offset, StandardCharsets.US_ASCII);
    value.over(line, equals + 1, offset + length);
    if (name.equals("public_key")) {
      return publicKey();
    }
    boolean known = peer == null ? isOfDevice(name) : PeerLines.has(name);
    if (!known) {
      return spoil(Errno.EINVAL, "has no key of a " + (peer == null ? "device" : "peer"));
    }
    boolean taken = peer == null ? deviceLine(name) : peer.line(name, value);
    return taken || spoil(Errno.EINVAL, "has a bad " + name);
  }

  /** Ends the set as a bad line would. */
  public boolean spoil(int errno, String problem) {
    this.errno = errno;
    this.problem = "line " + lines + " " + problem;
    close();
    return false;
  }

  /** Positive, of errno(3); 0 while every line was good. */
  public int errno() {
    return errno;
  }

  /** What is wrong, without a value; null while nothing is. */
  public String problem() {
    return problem;
  }

  /**
   * The whole set, at its end. Its keys are the caller's from then on.
   *
   * @throws IllegalStateException when the set is spoilt
   */
  public DeviceChange finish() {
    if (errno != 0) {
      throw new IllegalStateException(problem);
    }
    var change =
        new DeviceChange(
            privateKey,
            listenPort,
            fwmark,
            replacePeers,
            peers.stream().map(PeerLines::finish).toList());
    privateKey = null;
    peers.clear();
    return change;
  }

  /** Erases the keys that nobody took. */
  @Override
  public void close() {
    if (privateKey != null) {
      privateKey.close();
      privateKey = null;
    }
    peers.forEach(PeerLines::erase);
    peers.clear();
  }

  private boolean publicKey() {
    byte[] raw = value.key();
    if (raw == null) {
      return spoil(Errno.EINVAL, "has a bad public_key");
    }
    peer = new PeerLines(PublicKey.of(raw));
    peers.add(peer);
    return true;
  }

  private static boolean isOfDevice(String name) {
    return switch (name) {
      case "private_key", "listen_port", "fwmark", "replace_peers" -> true;
      default -> false;
    };
  }

  private boolean deviceLine(String name) {
    switch (name) {
      case "private_key" -> {
        byte[] raw = value.key();
        if (raw == null) {
          return false;
        }
        if (privateKey != null) {
          privateKey.close();
        }
        privateKey = PrivateKey.of(raw);
        Arrays.fill(raw, (byte) 0);
      }
      case "listen_port" -> {
        int port = (int) value.decimal(MOST_PORT);
        listenPort = port;
        return port >= 0;
      }
      case "fwmark" -> {
        long mark = value.decimal(MOST_MARK);
        fwmark = mark;
        return mark >= 0;
      }
      case "replace_peers" -> {
        replacePeers = true;
        return value.isTrue();
      }
      default -> throw new IllegalStateException(name);
    }
    return true;
  }

  /** The lines of one {@code public_key}, up to the next. */
  private static final class PeerLines {
    private final PublicKey publicKey;
    private final List<PeerChange.AllowedIp> allowedIps = new ArrayList<>();
    private boolean remove;
    private boolean updateOnly;
    private PresharedKey presharedKey;
    private Endpoint endpoint;
    private Integer persistentKeepaliveSeconds;
    private boolean replaceAllowedIps;

    PeerLines(PublicKey publicKey) {
      this.publicKey = publicKey;
    }

    static boolean has(String name) {
      return switch (name) {
        case "remove",
            "update_only",
            "preshared_key",
            "endpoint",
            "persistent_keepalive_interval",
            "replace_allowed_ips",
            "allowed_ip",
            "protocol_version" ->
            true;
        default -> false;
      };
    }

    /** False for a bad value. */
    boolean line(String name, LineValue value) {
      switch (name) {
        case "remove" -> {
          remove = true;
          return value.isTrue();
        }
        case "update_only" -> {
          updateOnly = true;
          return value.isTrue();
        }
        case "preshared_key" -> {
          return presharedKey(value.key());
        }
        case "endpoint" -> {
          endpoint = value.endpoint();
          return endpoint != null;
        }
        case "persistent_keepalive_interval" -> {
          int seconds = (int) value.decimal(MOST_SECONDS);
          persistentKeepaliveSeconds = seconds;
          return seconds >= 0;
        }
        case "replace_allowed_ips" -> {
          replaceAllowedIps = true;
          allowedIps.clear(); // those of lines before it go with the old ones
          return value.isTrue();
        }
        case "allowed_ip" -> {
          return allowedIp(value.prefix(), value.isRemoval());
        }
        case "protocol_version" -> {
          return value.decimal(1) == 1;
        }
        default -> throw new IllegalStateException(name);
      }
    }

    private boolean presharedKey(byte[] raw) {
      if (raw == null) {
        return false;
      }
      erase();
      presharedKey = PresharedKey.of(raw);
      Arrays.fill(raw, (byte) 0);
      return true;
    }

    private boolean allowedIp(IpPrefix prefix, boolean removal) {
      return prefix != null && allowedIps.add(new PeerChange.AllowedIp(prefix, removal));
    }

    PeerChange finish() {
      if (remove) {
        erase();
      }
      return new PeerChange(
          publicKey,
          remove,
          updateOnly,
          presharedKey,
          endpoint,
          persistentKeepaliveSeconds,
          replaceAllowedIps,
          allowedIps);
    }

    void erase() {
      if (presharedKey != null) {
        presharedKey.close();
        presharedKey = null;
      }
    }
  }
}
