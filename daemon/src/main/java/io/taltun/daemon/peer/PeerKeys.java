package io.taltun.daemon.peer;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.CookieGenerator;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.noise.StaticSecret;

/** One peer's long-lived keys and what is made of them once for all handshakes. Control thread. */
final class PeerKeys {
  private final PublicKey remoteStatic;
  private PresharedKey presharedKey;

  // Null until the first handshake.
  private CookieGenerator cookies;
  private StaticSecret staticSecret;

  /** Owns the preshared key. */
  PeerKeys(PublicKey remoteStatic, PresharedKey presharedKey) {
    this.remoteStatic = remoteStatic;
    this.presharedKey = presharedKey;
  }

  PublicKey remoteStatic() {
    return remoteStatic;
  }

  PresharedKey presharedKey() {
    return presharedKey;
  }

  /**
   * Owns {@code changed} from now on and erases the one before.
   *
   * @return whether it is another key
   */
  boolean changePresharedKey(PresharedKey changed) {
    if (changed == presharedKey) {
      return false;
    }
    boolean same = changed.equals(presharedKey);
    presharedKey.close();
    presharedKey = changed;
    return !same;
  }

  CookieGenerator cookies(StaticIdentity local) {
    if (cookies == null) {
      cookies = new CookieGenerator(remoteStatic, local.primitives());
    }
    return cookies;
  }

  /** Costs one X25519 when it is made. */
  StaticSecret staticSecret(StaticIdentity local) {
    if (staticSecret == null) {
      staticSecret = local.secretWith(remoteStatic);
    }
    return staticSecret;
  }

  /** Our static key is about to be another one. */
  void forgetStaticSecret() {
    if (staticSecret != null) {
      staticSecret.close();
      staticSecret = null;
    }
  }

  /** Erases everything that is secret. */
  void erase() {
    forgetStaticSecret();
    presharedKey.close();
  }
}
