package io.taltun.daemon.uapi;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.gateway.GatewaySecrets;
import io.taltun.daemon.gateway.GatewayStatus;
import io.taltun.daemon.gateway.PeerStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/** {@code get=1}: the whole device, secrets included. */
final class GetOperation {
  private static final HexFormat HEX = HexFormat.of();

  private final Gateway gateway;

  GetOperation(Gateway gateway) {
    this.gateway = gateway;
  }

  /** ASCII lines, {@code errno=0} and an empty line; the caller erases it. */
  byte[] answer() {
    GatewayStatus status = gateway.status();
    GatewaySecrets secrets = gateway.secrets();
    var text = new StringBuilder(256 + 512 * status.peers().size());
    byte[] privateKey = secrets.privateKey().copyBytes();
    line(text, "private_key", HEX.formatHex(privateKey));
    Arrays.fill(privateKey, (byte) 0);
    line(text, "listen_port", status.listenPort());
    if (status.fwmark() != 0) {
      line(text, "fwmark", status.fwmark());
    }
    for (PeerStatus peer : status.peers()) {
      peer(text, peer, secrets.presharedKey(peer.publicKey()));
    }
    line(text, "errno", 0);
    text.append('\n');
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void peer(StringBuilder text, PeerStatus peer, PresharedKey presharedKey) {
    line(text, "public_key", HEX.formatHex(Base64.getDecoder().decode(peer.publicKey())));
    if (!presharedKey.isNone()) {
      byte[] raw = presharedKey.copyBytes();
      line(text, "preshared_key", HEX.formatHex(raw));
      Arrays.fill(raw, (byte) 0);
    }
    line(text, "protocol_version", 1);
    if (peer.endpoint() != null) {
      line(text, "endpoint", peer.endpoint());
    }
    long second = TimeUnit.SECONDS.toNanos(1);
    line(text, "last_handshake_time_sec", peer.lastHandshakeEpochNanos() / second);
    line(text, "last_handshake_time_nsec", peer.lastHandshakeEpochNanos() % second);
    line(text, "tx_bytes", peer.sentBytes());
    line(text, "rx_bytes", peer.receivedBytes());
    line(text, "persistent_keepalive_interval", peer.persistentKeepaliveSeconds());
    for (String prefix : peer.allowedIps()) {
      line(text, "allowed_ip", prefix);
    }
  }

  private static void line(StringBuilder text, String key, Object value) {
    text.append(key).append('=').append(value).append('\n');
  }
}
