package io.taltun.config;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import java.time.Duration;
import java.util.List;

/**
 * A client's own side of the tunnel to a gateway.
 *
 * @param privateKey the client's; null when only the client has it
 * @param publicKey the client's
 * @param addresses the client's
 * @param dns name servers and search domains
 * @param mtu automatic leaves it to the client
 * @param gateway the gateway's public key
 * @param presharedKey {@link PresharedKey#none()} when there is none
 * @param allowedIps what the client sends through the tunnel
 * @param endpoint of the gateway
 * @param persistentKeepalive whole seconds; zero when off
 */
public record ClientConfig(
    PrivateKey privateKey,
    PublicKey publicKey,
    List<IpPrefix> addresses,
    List<String> dns,
    Mtu mtu,
    PublicKey gateway,
    PresharedKey presharedKey,
    List<IpPrefix> allowedIps,
    HostPort endpoint,
    Duration persistentKeepalive) {
  /** Copies the lists. */
  public ClientConfig {
    addresses = List.copyOf(addresses);
    dns = List.copyOf(dns);
    allowedIps = List.copyOf(allowedIps);
  }

  /**
   * The file that wg-quick(8) and the WireGuard apps read; it holds the private key and the
   * preshared key.
   */
  public String toWgQuick() {
    StringBuilder out = new StringBuilder("[Interface]\n");
    if (privateKey == null) {
      out.append("# PrivateKey = the one that belongs to ")
          .append(publicKey.toBase64())
          .append('\n');
    } else {
      WgQuick.setting(out, "PrivateKey", privateKey.toBase64());
    }
    WgQuick.setting(out, "Address", WgQuick.join(addresses));
    WgQuick.setting(out, "DNS", String.join(", ", dns));
    WgQuick.setting(out, "MTU", mtu.isAuto() ? "" : mtu.toString());
    out.append("\n[Peer]\n");
    WgQuick.setting(out, "PublicKey", gateway.toBase64());
    WgQuick.setting(out, "PresharedKey", presharedKey.isNone() ? "" : presharedKey.toBase64());
    WgQuick.setting(out, "AllowedIPs", WgQuick.join(allowedIps));
    WgQuick.setting(out, "Endpoint", endpoint.toString());
    long keepalive = persistentKeepalive.toSeconds();
    WgQuick.setting(out, "PersistentKeepalive", keepalive == 0 ? "" : "" + keepalive);
    return out.toString();
  }
}
