package io.taltun.daemon.peer;

import io.taltun.crypto.key.PublicKey;
import io.taltun.dataplane.udp.Endpoint;

/** One peer: its sessions, handshake and timers. Control thread only. */
public final class PeerProtocol {
  private final PeerSettings settings;

  PeerProtocol(PeerSettings settings) {
    this.settings = settings;
  }

  public PublicKey publicKey() {
    return settings.publicKey();
  }

  /** What the settings carried. */
  public Object attachment() {
    return settings.attachment();
  }

  /** Where the peer was last, null while nobody knows. */
  public Endpoint endpoint() {
    return settings.endpoint();
  }

  /** 0 is off. */
  public long persistentKeepaliveNs() {
    return settings.persistentKeepaliveNs();
  }

  public PeerState state() {
    return PeerState.IDLE;
  }

  /** The session that sends, null when there is none. */
  public SessionLife current() {
    return null;
  }
}
