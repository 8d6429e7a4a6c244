package io.taltun.daemon.state;

import io.taltun.crypto.key.PublicKey;
import java.util.Map;

/**
 * What changed since the last write.
 *
 * @param peers the latest of each; null for one that was removed
 * @param sent the latest label that we sent; null when none was
 */
record Changes(Map<PublicKey, PeerRecord> peers, byte[] sent) {
  boolean isEmpty() {
    return peers.isEmpty() && sent == null;
  }
}
