package io.taltun.daemon.control;

import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PublicKey;
import io.taltun.dataplane.udp.Endpoint;
import java.util.List;

/**
 * A peer came or went.
 *
 * @param name from the configuration, or the key's first characters
 * @param online whether it came
 * @param endpoint where it is, or was last; null when nobody knows
 * @param allowedIps of the peer
 * @param secondsBefore how long it had been the other way round; −1 when it comes for the first
 *     time
 */
public record PeerEvent(
    String name,
    PublicKey publicKey,
    boolean online,
    Reason reason,
    Endpoint endpoint,
    List<IpPrefix> allowedIps,
    long secondsBefore) {

  /** Why a peer came or went. */
  public enum Reason {
    /** There is a session. */
    SESSION("session"),
    /** Nothing authentic came for three minutes. */
    SILENT("silent"),
    /** It is a peer no more. */
    REMOVED("removed"),
    /** The device is down. */
    LINK_DOWN("link-down");

    private final String word;

    Reason(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  /** Copies the list. */
  public PeerEvent {
    allowedIps = List.copyOf(allowedIps);
  }
}
