package io.taltun.dataplane.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One worker's side of one peer: when it last sent and received, how much, and which of its packets
 * wait for a session. Written by that worker only (lane {@code workers} by the control thread, for
 * handshake messages); read by the control thread and by whoever shows a status.
 *
 * <p>Padded at both ends: lanes of two workers never share a cache line.
 */
public final class PeerLane {
  /** A time that never was: nothing of the kind has happened yet. */
  public static final long NEVER = Long.MIN_VALUE;

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int PADDING = 8;
  private static final int DATA_SENT = PADDING;
  private static final int DATA_RECEIVED = PADDING + 1;
  private static final int ANY_SENT = PADDING + 2;
  private static final int ANY_RECEIVED = PADDING + 3;
  private static final int SENT_BYTES = PADDING + 4;
  private static final int RECEIVED_BYTES = PADDING + 5;
  private static final int SENT_PACKETS = PADDING + 6;
  private static final int RECEIVED_PACKETS = PADDING + 7;
  private static final int DENIED_PACKETS = PADDING + 8;
  private static final int CELLS = PADDING + 9;

  /** Longs of a {@link #copy}. */
  public static final int COPY_LENGTH = CELLS - PADDING;

  private final long[] cells = new long[CELLS + PADDING];

  // The packets of this peer that wait in the worker's pool: first and last slot, −1 when none.
  int waitingHead = -1;
  int waitingTail = -1;
  int waitingCount;

  PeerLane() {
    for (int i = DATA_SENT; i <= ANY_RECEIVED; i++) {
      cells[i] = NEVER;
    }
  }

  private void add(int cell, long amount) {
    CELL.setRelease(cells, cell, cells[cell] + amount);
  }

  private long get(int cell) {
    return (long) CELL.getAcquire(cells, cell);
  }

  /** Times and totals, in an order of their own; exact while the worker does not run. */
  public long[] copy() {
    long[] copy = new long[COPY_LENGTH];
    for (int i = 0; i < COPY_LENGTH; i++) {
      copy[i] = get(PADDING + i);
    }
    return copy;
  }

  /** Goes on from a {@link #copy}; before its worker runs. */
  public void restore(long[] copy) {
    for (int i = 0; i < COPY_LENGTH; i++) {
      CELL.setRelease(cells, PADDING + i, copy[i]);
    }
  }

  /**
   * @param bytes of the UDP payloads
   * @param data false for a keepalive
   */
  public void sent(int packets, int bytes, boolean data, long nowNs) {
    add(SENT_BYTES, bytes);
    add(SENT_PACKETS, packets);
    CELL.setRelease(cells, ANY_SENT, nowNs);
    if (data) {
      CELL.setRelease(cells, DATA_SENT, nowNs);
    }
  }

  /**
   * @param bytes of the UDP payload, authenticated
   * @param data false for a keepalive
   */
  public void received(int bytes, boolean data, long nowNs) {
    add(RECEIVED_BYTES, bytes);
    add(RECEIVED_PACKETS, 1);
    CELL.setRelease(cells, ANY_RECEIVED, nowNs);
    if (data) {
      CELL.setRelease(cells, DATA_RECEIVED, nowNs);
    }
  }

  /** A packet that the peer's access rules do not allow. */
  public void denied() {
    add(DENIED_PACKETS, 1);
  }

  /** A handshake message, which no timer of the transport counts from. */
  public void sentHandshake(int bytes) {
    add(SENT_BYTES, bytes);
  }

  public long lastDataSentNs() {
    return get(DATA_SENT);
  }

  public long lastDataReceivedNs() {
    return get(DATA_RECEIVED);
  }

  public long lastAnySentNs() {
    return get(ANY_SENT);
  }

  public long lastAnyReceivedNs() {
    return get(ANY_RECEIVED);
  }

  public long sentBytes() {
    return get(SENT_BYTES);
  }

  public long receivedBytes() {
    return get(RECEIVED_BYTES);
  }

  public long sentPackets() {
    return get(SENT_PACKETS);
  }

  public long receivedPackets() {
    return get(RECEIVED_PACKETS);
  }

  /** Packets that the peer's access rules did not allow. */
  public long deniedPackets() {
    return get(DENIED_PACKETS);
  }
}
