package io.taltun.daemon.gateway;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;

/**
 * The keys of a gateway at one moment, apart from its status so that only the UAPI, whose socket is
 * root's, can reach them. Whoever asked for them closes them, which erases them.
 */
public interface GatewaySecrets extends AutoCloseable {
  /** Lent, not to be closed; null when the device has none. */
  PrivateKey privateKey();

  /**
   * Lent, not to be closed.
   *
   * @param publicKey of a peer, base64
   * @return {@link PresharedKey#none()} when the peer has none or is gone
   */
  PresharedKey presharedKey(String publicKey);

  @Override
  void close();
}
