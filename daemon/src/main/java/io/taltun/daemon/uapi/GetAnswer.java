package io.taltun.daemon.uapi;

import io.netty.buffer.ByteBuf;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.gateway.GatewaySecrets;
import io.taltun.daemon.gateway.GatewayStatus;
import io.taltun.daemon.gateway.PeerStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/**
 * The answer to one {@code get=1}: the whole device at one moment, secrets included, written a part
 * at a time since a peer may have hundreds of thousands of prefixes. One thread at a time.
 */
final class GetAnswer implements AutoCloseable {
  /** The lines of a device, of a peer without its prefixes, or of one prefix are shorter. */
  private static final int LONGEST_STEP = 1024;

  private static final HexFormat HEX = HexFormat.of();

  private final GatewayStatus status;
  private final GatewaySecrets secrets;
  private final Iterator<PeerStatus> peers;
  private Iterator<String> prefixes;
  private boolean begun;
  private boolean done;

  /** Takes the snapshot; blocks for at most one second. */
  GetAnswer(Gateway gateway) {
    status = gateway.status();
    secrets = gateway.secrets();
    peers = status.peers().iterator();
  }

  /**
   * Writes as much as there is room for; the caller erases what it was given.
   *
   * @param out with room for 1024 bytes at least
   * @return whether there is more
   */
  boolean write(ByteBuf out) {
    while (!done && out.writableBytes() >= LONGEST_STEP) {
      step(out);
    }
    return !done;
  }

  private void step(ByteBuf out) {
    if (!begun) {
      begun = true;
      device(out);
    } else if (prefixes != null && prefixes.hasNext()) {
      line(out, "allowed_ip", prefixes.next());
    } else if (peers.hasNext()) {
      PeerStatus peer = peers.next();
      peer(out, peer);
      prefixes = peer.allowedIps().iterator();
    } else {
      out.writeCharSequence("errno=0\n\n", StandardCharsets.US_ASCII);
      done = true;
    }
  }

  private void device(ByteBuf out) {
    PrivateKey privateKey = secrets.privateKey();
    if (privateKey != null) {
      secret(out, "private_key", privateKey.copyBytes());
    }
    if (status.listenPort() != 0) {
      line(out, "listen_port", status.listenPort());
    }
    if (status.fwmark() != 0) {
      line(out, "fwmark", status.fwmark());
    }
  }

  private void peer(ByteBuf out, PeerStatus peer) {
    key(out, "public_key", Base64.getDecoder().decode(peer.publicKey()));
    PresharedKey presharedKey = secrets.presharedKey(peer.publicKey());
    if (!presharedKey.isNone()) {
      secret(out, "preshared_key", presharedKey.copyBytes());
    }
    line(out, "protocol_version", 1);
    if (peer.endpoint() != null) {
      line(out, "endpoint", peer.endpoint());
    }
    long second = TimeUnit.SECONDS.toNanos(1);
    line(out, "last_handshake_time_sec", peer.lastHandshakeEpochNanos() / second);
    line(out, "last_handshake_time_nsec", peer.lastHandshakeEpochNanos() % second);
    line(out, "tx_bytes", peer.sentBytes());
    line(out, "rx_bytes", peer.receivedBytes());
    line(out, "persistent_keepalive_interval", peer.persistentKeepaliveSeconds());
  }

  /** Erases the keys. */
  @Override
  public void close() {
    secrets.close();
  }

  private static void secret(ByteBuf out, String name, byte[] raw) {
    key(out, name, raw);
    Arrays.fill(raw, (byte) 0);
  }

  /** Digit by digit: a String of a key could not be erased. */
  private static void key(ByteBuf out, String name, byte[] raw) {
    out.writeCharSequence(name, StandardCharsets.US_ASCII);
    out.writeByte('=');
    for (byte b : raw) {
      out.writeByte(HEX.toHighHexDigit(b));
      out.writeByte(HEX.toLowHexDigit(b));
    }
    out.writeByte('\n');
  }

  private static void line(ByteBuf out, String name, Object value) {
    out.writeCharSequence(name, StandardCharsets.US_ASCII);
    out.writeByte('=');
    out.writeCharSequence(value.toString(), StandardCharsets.US_ASCII);
    out.writeByte('\n');
  }
}
