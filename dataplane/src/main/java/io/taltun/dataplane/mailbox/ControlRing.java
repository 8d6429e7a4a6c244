package io.taltun.dataplane.mailbox;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.wire.Initiation;
import io.taltun.dataplane.udp.Arrival;

/**
 * What a worker tells the control thread, in bounded rings, so that a flood of one kind neither
 * crowds the others out nor makes them wait: its own reports; denied packets; initiations that bear
 * no cookie, which is how everybody begins and what a flood costs least; and the messages of
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

  /** {@code value}: slot of a peer whose access rules denied the message, a packet's beginning. */
  public static final int ACCESS_DENIED = 5;

  /** Bytes of the longest message. */
  public static final int MAX_MESSAGE = RecordRing.MAX_MESSAGE;

  /** A worker reports a bounded number of times for each peer and session. */
  static final int REPORTS = 1024;

  /**
   * What a flood of 100,000 a second brings two workers while the control thread is off its CPU for
   * 80 ms.
   */
  static final int HANDSHAKES = 4096;

  /** Denied packets are told of for people to read: few at a time. */
  static final int DENIED = 64;

  private final Runnable wakeReader;
  private final RecordRing reports = new RecordRing(REPORTS);
  private final RecordRing denied = new RecordRing(DENIED);
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

  /**
   * Tells of a packet that a peer's access rules denied, or of its beginning when it is longer than
   * {@value #MAX_MESSAGE} bytes. Worker only.
   *
   * @return false when there is no room
   */
  public boolean offerDenied(int slot, long packet, int length) {
    boolean taken = denied.offer(ACCESS_DENIED, slot, 0, packet, Math.min(length, MAX_MESSAGE));
    if (taken) {
      wakeReader.run();
    }
    return taken;
  }

  /** Packets that access rules denied. */
  public RecordRing denied() {
    return denied;
  }

  /** Everything but handshake messages and denied packets. */
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
    return reports.size() == 0
        && denied.size() == 0
        && newcomers.size() == 0
        && underWay.size() == 0;
  }

  /** After the worker and the control thread ended. */
  @Override
  public void close() {
    reports.close();
    denied.close();
    newcomers.close();
    underWay.close();
  }
}
