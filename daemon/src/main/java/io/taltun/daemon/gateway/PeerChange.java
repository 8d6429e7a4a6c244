package io.taltun.daemon.gateway;

import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.dataplane.udp.Endpoint;
import java.util.List;

/**
 * What a {@code set} asks for one peer. Null leaves a setting as it is, a peer that is not there is
 * made.
 *
 * @param remove the peer goes; nothing else counts
 * @param updateOnly a peer that is not there is not made
 * @param presharedKey {@link PresharedKey#isNone none} takes it away
 * @param persistentKeepaliveSeconds 0 to 65535; 0 is off
 * @param replaceAllowedIps removes all its prefixes before the changes of {@code allowedIps}
 * @param allowedIps in their order; a prefix of another peer moves to this one
 */
public record PeerChange(
    PublicKey publicKey,
    boolean remove,
    boolean updateOnly,
    PresharedKey presharedKey,
    Endpoint endpoint,
    Integer persistentKeepaliveSeconds,
    boolean replaceAllowedIps,
    List<AllowedIp> allowedIps) {

  /**
   * One prefix.
   *
   * @param remove it goes, if it is this peer's
   */
  public record AllowedIp(IpPrefix prefix, boolean remove) {}
}
