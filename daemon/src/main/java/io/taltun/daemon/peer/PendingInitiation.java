package io.taltun.daemon.peer;

import io.taltun.crypto.noise.HandshakeInitiator;

/** An initiation that waits for its response. */
final class PendingInitiation {
  /** Responses that are tried without a cookie while the device is under load. */
  private static final int FREE_TRIES = 4;

  private final int localIndex;
  private final HandshakeInitiator handshake;
  private final long sentNs;
  private int tries;

  PendingInitiation(int localIndex, HandshakeInitiator handshake, long sentNs) {
    this.localIndex = localIndex;
    this.handshake = handshake;
    this.sentNs = sentNs;
  }

  int localIndex() {
    return localIndex;
  }

  HandshakeInitiator handshake() {
    return handshake;
  }

  long sentNs() {
    return sentNs;
  }

  /** True a few times: who can see the index could have us compute for nothing for ever. */
  boolean mayTry() {
    return tries++ < FREE_TRIES;
  }
}
