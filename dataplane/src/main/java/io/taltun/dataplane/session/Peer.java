package io.taltun.dataplane.session;

import io.taltun.dataplane.access.AccessPolicy;
import io.taltun.dataplane.udp.Endpoint;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A peer as the workers see it: immutable snapshots behind volatile references, and one {@link
 * PeerLane} a worker.
 */
public final class Peer {
  private static final VarHandle HANDSHAKE_WANTED;
  private static final VarHandle MOVE_REPORTED;
  private static final VarHandle DENIAL_REPORTED;

  static {
    try {
      var lookup = MethodHandles.lookup();
      HANDSHAKE_WANTED = lookup.findVarHandle(Peer.class, "handshakeWanted", boolean.class);
      MOVE_REPORTED = lookup.findVarHandle(Peer.class, "moveReported", boolean.class);
      DENIAL_REPORTED = lookup.findVarHandle(Peer.class, "denialReported", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int slot;
  private final PeerLane[] lanes;

  // Written by the control thread.
  private volatile Keypairs keypairs = Keypairs.NONE;
  private volatile Endpoint endpoint;
  private volatile AccessPolicy access;

  // Set by the worker that reports, cleared by the control thread when it has acted.
  @SuppressWarnings("unused")
  private volatile boolean handshakeWanted;

  @SuppressWarnings("unused")
  private volatile boolean moveReported;

  @SuppressWarnings("unused")
  private volatile boolean denialReported;

  /**
   * @param slot the control thread's number for this peer
   * @param workers one lane is made for each, and one for the control thread
   */
  public Peer(int slot, int workers) {
    this.slot = slot;
    lanes = new PeerLane[workers + 1];
    for (int i = 0; i <= workers; i++) {
      lanes[i] = new PeerLane();
    }
  }

  public int slot() {
    return slot;
  }

  public PeerLane lane(int worker) {
    return lanes[worker];
  }

  /** The lane of the control thread. */
  public PeerLane controlLane() {
    return lanes[lanes.length - 1];
  }

  public int laneCount() {
    return lanes.length;
  }

  /** UDP payload that went to it so far, wherever it was. Any thread. */
  public long sentBytes() {
    long sent = 0;
    for (PeerLane lane : lanes) {
      sent += lane.sentBytes();
    }
    return sent;
  }

  /** Packets that its access rules denied so far. Any thread. */
  public long deniedPackets() {
    long denied = 0;
    for (PeerLane lane : lanes) {
      denied += lane.deniedPackets();
    }
    return denied;
  }

  public Keypairs keypairs() {
    return keypairs;
  }

  /** Control thread only. */
  public void setKeypairs(Keypairs keypairs) {
    this.keypairs = keypairs;
  }

  /** Where datagrams go; null while it is not known. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** Control thread only. */
  public void setEndpoint(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** What it may send; null for everything. */
  public AccessPolicy access() {
    return access;
  }

  /** Control thread only. */
  public void setAccess(AccessPolicy access) {
    this.access = access;
  }

  /** Whether the caller is to tell the control thread that a session is needed. */
  public boolean reportHandshakeWanted() {
    return !handshakeWanted && HANDSHAKE_WANTED.compareAndSet(this, false, true);
  }

  /** Control thread, or the worker whose report found no room. */
  public void clearHandshakeWanted() {
    HANDSHAKE_WANTED.setVolatile(this, false);
  }

  /** Whether the caller is to tell the control thread that the endpoint moved. */
  public boolean reportMove() {
    return !moveReported && MOVE_REPORTED.compareAndSet(this, false, true);
  }

  /** Control thread, or the worker whose report found no room. */
  public void clearMove() {
    MOVE_REPORTED.setVolatile(this, false);
  }

  /** Whether the caller is to tell the control thread of a denied packet. */
  public boolean reportDenial() {
    return !denialReported && DENIAL_REPORTED.compareAndSet(this, false, true);
  }

  /** Control thread, or the worker whose report found no room. */
  public void clearDenial() {
    DENIAL_REPORTED.setVolatile(this, false);
  }

  @Override
  public String toString() {
    return "Peer[" + slot + "]";
  }
}
