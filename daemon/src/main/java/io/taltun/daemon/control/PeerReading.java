package io.taltun.daemon.control;

import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.peer.PeerState;
import io.taltun.dataplane.session.Peer;
import java.util.List;

/**
 * What any thread may read of a peer at any time, without asking the control thread. Each value is
 * right for itself; together they may be of slightly different moments.
 */
public interface PeerReading {
  /** From the configuration, or the key's first characters. */
  String name();

  /** Who it is. */
  PublicKey publicKey();

  /** In the order in which they came to the peer; the same object until they change. */
  List<IpPrefix> allowedIps();

  /** How it is doing. */
  PeerState state();

  /** Its endpoint, its sessions, and what each worker counted. */
  Peer peer();

  /** Wall clock, nanoseconds since 1970; 0 before the first handshake. */
  long lastHandshakeEpochNs();

  /** Of the latest handshake, as {@link HandshakeTrail} measures it; 0 before the first. */
  long handshakeRoundTripNs();
}
