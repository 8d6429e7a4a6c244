package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.WireGuardLimits.REKEY_TIMEOUT_JITTER_NS;

import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.noise.Tai64n;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What a device's peers share. Control thread only. */
final class DeviceContext {
  final Tai64n timestamps;
  final RandomGenerator random;
  final Actions actions;
  private final IndexSource indices;

  // Traffic of one session, in bytes, after which it is renewed; 0 is off.
  private long rekeyAfterBytes;

  /** Which peer holds an index, be it a session's or a pending initiation's. */
  private final Map<Integer, PeerProtocol> holders = new HashMap<>();

  private StaticIdentity local;
  private boolean up;

  DeviceContext(
      StaticIdentity local,
      Tai64n timestamps,
      RandomGenerator random,
      IndexSource indices,
      Actions actions,
      long rekeyAfterBytes) {
    this.local = local;
    this.timestamps = timestamps;
    this.random = random;
    this.indices = indices;
    this.actions = actions;
    this.rekeyAfterBytes = rekeyAfterBytes;
  }

  long rekeyAfterBytes() {
    return rekeyAfterBytes;
  }

  void rekeyAfterBytes(long bytes) {
    rekeyAfterBytes = bytes;
  }

  /** Null while the device has no private key. */
  StaticIdentity local() {
    return local;
  }

  void local(StaticIdentity local) {
    this.local = local;
  }

  void up(boolean up) {
    this.up = up;
  }

  /** Whether handshakes are possible at all. */
  boolean ready() {
    return up && local != null;
  }

  /** An index held by {@code peer}, or {@link IndexSource#NONE}, which is counted. */
  int reserveIndex(PeerProtocol peer) {
    int index = indices.allocate();
    if (index == IndexSource.NONE) {
      actions.dropped(HandshakeDrop.NO_INDEX_LEFT);
    } else {
      holders.put(index, peer);
    }
    return index;
  }

  /** An index that another process of this gateway chose. */
  void adoptIndex(int index, PeerProtocol peer) {
    holders.put(index, peer);
  }

  void releaseIndex(int index) {
    holders.remove(index);
    indices.release(index);
  }

  PeerProtocol holder(int index) {
    return holders.get(index);
  }

  long jitterNs() {
    return random.nextLong(REKEY_TIMEOUT_JITTER_NS + 1);
  }
}
