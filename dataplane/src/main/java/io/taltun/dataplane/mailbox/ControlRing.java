package io.taltun.dataplane.mailbox;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.wire.Initiation;
import io.taltun.dataplane.udp.Arrival;

/**
 * What a worker tells the control thread, in three bounded rings, so that a flood of one kind
 * neither crowds the others out nor makes them wait: its own reports; initiations that bear no
 * cookie, which is how everybody begins and what a flood costs least; and the messages of
 * handshakes that may be under way, which are initiations with a mac2, responses and cookie
 * replies. When a ring is full the worker drops what it had to say and counts it, and data goes on
 * (trap 11).
 */
public final class ControlRing implements AutoCloseable {
  /** A handshake message as it came; {@code length} bytes. */
  public static final int HANDSHAKE_MESSAGE = 1;

  /** {@code value}: slot of a peer with waiting packets and no usable session. */
  public static final int HANDSHAKE_WANTED = 2;

  /** {@code value}: local index of a session that got its first authentic packet. */
  public static final int SESSION_CONFIRMED = 3;

  /** {@code value}: slot of a peer whose authentic packet came from or to another address. */
  public static final int ENDPOINT_MOVED = 4;

  /** Bytes of the longest message. */
  public static final int MAX_MESSAGE = RecordRing.MAX_MESSAGE;

  /** A worker reports a bounded number of times for each peer and session. */
  static final int REPORTS = 1024;

  /**
   * What a flood of 100,000 a second brings two workers while the control thread is off its CPU for
   * 80 ms.
   */
  static final int HANDSHAKES = 4096;

  private final Runnable wakeReader;
  private final RecordRing reports = new RecordRing(REPORTS);
  private final RecordRing newcomers = new RecordRing(HANDSHAKES);
  private final RecordRing underWay = new RecordRing(HANDSHAKES);

  /**
   * @param wakeReader called by the worker after each record; must not block, allocate or throw
   */
  public ControlRing(Runnable wakeReader) {
    this.wakeReader = wakeReader;
  }

  /**
   * Worker only.
   *
   * @param address of an {@link Arrival}, or 0
   * @param message address of {@code length} bytes, or 0
   * @return false when there is no room
   */
  public boolean offer(int kind, int value, long address, long message, int length) {
    RecordRing ring = reports;
    if (kind == HANDSHAKE_MESSAGE) {
      ring = bearsNoCookie(message, length) ? newcomers : underWay;
    }
    boolean taken = ring.offer(kind, value, address, message, length);
    if (taken) {
      wakeReader.run();
    }
    return taken;
  }

  /** Everything but handshake messages. */
  public RecordRing reports() {
    return reports;
  }

  private static boolean bearsNoCookie(long message, int length) {
    return length == Initiation.LENGTH
        && NativeMemory.getLong(message + Initiation.MAC2) == 0
        && NativeMemory.getLong(message + Initiation.MAC2 + Long.BYTES) == 0;
  }

  /** Initiations without a mac2. */
  public RecordRing newcomers() {
    return newcomers;
  }

  /** All other handshake messages. */
  public RecordRing underWay() {
    return underWay;
  }

  /** Whether nothing waits. Control thread only. */
  public boolean isEmpty() {
    return reports.size() == 0 && newcomers.size() == 0 && underWay.size() == 0;
  }

  /** After the worker and the control thread ended. */
  @Override
  public void close() {
    reports.close();
    newcomers.close();
    underWay.close();
  }
}
