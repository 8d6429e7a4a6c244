package io.taltun.daemon.gateway;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;

/**
 * The keys of a running gateway, apart from its status so that only the UAPI, whose socket is
 * root's, can reach them.
 */
public interface GatewaySecrets {
  /** Lent, not to be closed. */
  PrivateKey privateKey();

  /**
   * Lent, not to be closed.
   *
   * @param publicKey of a peer, base64
   * @return {@link PresharedKey#none()} when the peer has none or is gone
   */
  PresharedKey presharedKey(String publicKey);
}
