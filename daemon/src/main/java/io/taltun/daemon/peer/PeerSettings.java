package io.taltun.daemon.peer;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.dataplane.udp.Endpoint;
import java.util.Objects;

/**
 * What is known of a peer when it is added.
 *
 * @param presharedKey {@link PresharedKey#none()} when absent; owned by the protocol from then on,
 *     which closes it when it is replaced or the peer goes
 * @param endpoint null when the peer has to speak first
 * @param persistentKeepaliveNs 0 is off
 * @param attachment whatever the caller wants back from {@link PeerProtocol#attachment}
 */
public record PeerSettings(
    PublicKey publicKey,
    PresharedKey presharedKey,
    Endpoint endpoint,
    long persistentKeepaliveNs,
    Object attachment) {

  /** Checks what cannot be absent. */
  public PeerSettings {
    Objects.requireNonNull(publicKey, "publicKey");
    Objects.requireNonNull(presharedKey, "presharedKey");
    if (persistentKeepaliveNs < 0) {
      throw new IllegalArgumentException("negative persistent keepalive");
    }
  }
}
