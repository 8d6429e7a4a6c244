package io.taltun.daemon.state;

import io.taltun.crypto.key.PublicKey;
import io.taltun.dataplane.udp.Endpoint;

/**
 * What outlives the process. Control thread only; nothing here blocks on a disk or fails: what
 * cannot be kept is the keeper's to report.
 */
public interface PeerMemory {
  /** Remembers nothing. */
  PeerMemory NONE =
      new PeerMemory() {
        @Override
        public PeerRecord recall(PublicKey peer) {
          return null;
        }

        @Override
        public byte[] greatestSent() {
          return null;
        }

        @Override
        public void learned(PublicKey peer, Endpoint endpoint, String configured) {}

        @Override
        public void answered(PublicKey peer, byte[] timestamp) {}

        @Override
        public void sent(byte[] timestamp) {}

        @Override
        public void forget(PublicKey peer) {}
      };

  /** What is known of a peer, or null. */
  PeerRecord recall(PublicKey peer);

  /**
   * Not below any TAI64N label that earlier runs put into an initiation, 12 bytes; null when there
   * was none.
   */
  byte[] greatestSent();

  /**
   * A peer proved to be somewhere.
   *
   * @param configured what the configuration says of its endpoint, empty for nothing
   */
  void learned(PublicKey peer, Endpoint endpoint, String configured);

  /** An initiation of that label was answered, 12 bytes that nobody changes. */
  void answered(PublicKey peer, byte[] timestamp);

  /** We sent an initiation of that label, 12 bytes that nobody changes. */
  void sent(byte[] timestamp);

  /** The peer was removed. */
  void forget(PublicKey peer);
}
