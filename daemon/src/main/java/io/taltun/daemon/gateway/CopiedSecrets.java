package io.taltun.daemon.gateway;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import java.util.Map;

/** Copies of a gateway's keys; those that they were made of may change meanwhile. */
final class CopiedSecrets implements GatewaySecrets {
  private final PrivateKey privateKey;
  private final Map<String, PresharedKey> presharedKeys;

  /**
   * Owns the keys.
   *
   * @param privateKey null for none
   * @param presharedKeys by the peers' public keys in base64
   */
  CopiedSecrets(PrivateKey privateKey, Map<String, PresharedKey> presharedKeys) {
    this.privateKey = privateKey;
    this.presharedKeys = Map.copyOf(presharedKeys);
  }

  @Override
  public PrivateKey privateKey() {
    return privateKey;
  }

  @Override
  public PresharedKey presharedKey(String publicKey) {
    PresharedKey key = presharedKeys.get(publicKey);
    return key == null ? PresharedKey.none() : key;
  }

  @Override
  public void close() {
    if (privateKey != null) {
      privateKey.close();
    }
    presharedKeys.values().forEach(PresharedKey::close);
  }
}
