package io.taltun.dataplane.mailbox;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.udp.Arrival;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a worker tells the control thread: a bounded ring with one writer (the worker) and one
 * reader (the control thread). A record has a fixed place of {@value #RECORD_SIZE} bytes:
 *
 * <pre>
 * 0 kind 4 | 4 value 4 | 8 length 4 (+4) | 16 endpoint 48 | 64 message, at most {@value #MAX_MESSAGE}
 * </pre>
 *
 * <p>When it is full the worker drops what it had to say and counts it; data goes on (trap 11).
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

  /** The longest handshake message is an initiation: 148 bytes. */
  public static final int MAX_MESSAGE = 148;

  static final int RECORDS = 1024;

  /** Kept free of handshake messages: a flood of them must not crowd out a worker's own reports. */
  static final int OWN_RECORDS = RECORDS / 8;

  private static final int RECORD_SIZE = 256;
  private static final int ADDRESS = 16;
  private static final int ADDRESS_BYTES = Arrival.ENDPOINT_BYTES;
  private static final int MESSAGE = ADDRESS + ADDRESS_BYTES;
  private static final VarHandle WRITTEN;
  private static final VarHandle READ;

  static {
    try {
      var lookup = MethodHandles.lookup();
      WRITTEN = lookup.findVarHandle(ControlRing.class, "written", long.class);
      READ = lookup.findVarHandle(ControlRing.class, "read", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Runnable wakeReader;
  private final Arena arena = Arena.ofShared();
  private final long base = arena.allocate((long) RECORDS * RECORD_SIZE, 64).address();

  // Written by the worker.
  private long written;

  // Written by the control thread.
  private long read;

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
    long at = written;
    int room = kind == HANDSHAKE_MESSAGE ? RECORDS - OWN_RECORDS : RECORDS;
    if (at - (long) READ.getAcquire(this) >= room) {
      return false;
    }
    long record = record(at);
    NativeMemory.putInt(record, kind);
    NativeMemory.putInt(record + 4, value);
    NativeMemory.putInt(record + 8, length);
    if (address != 0) {
      NativeMemory.copy(address, record + ADDRESS, ADDRESS_BYTES);
    }
    if (length > 0) {
      NativeMemory.copy(message, record + MESSAGE, length);
    }
    WRITTEN.setRelease(this, at + 1);
    wakeReader.run();
    return true;
  }

  /** Records that wait. Control thread only. */
  public int size() {
    return (int) ((long) WRITTEN.getAcquire(this) - read);
  }

  /** Kind of the first record; only while {@link #size} is above 0. Control thread only. */
  public int kind() {
    return NativeMemory.getInt(record(read));
  }

  public int value() {
    return NativeMemory.getInt(record(read) + 4);
  }

  public int length() {
    return NativeMemory.getInt(record(read) + 8);
  }

  /**
   * Address of the part of the first record's {@link Arrival} that tells the endpoint; gone after
   * {@link #release}.
   */
  public long address() {
    return record(read) + ADDRESS;
  }

  /** Address of the first record's message; gone after {@link #release}. */
  public long message() {
    return record(read) + MESSAGE;
  }

  /** Gives the first record's place back to the worker. Control thread only. */
  public void release() {
    READ.setRelease(this, read + 1);
  }

  private long record(long at) {
    return base + (at & (RECORDS - 1)) * RECORD_SIZE;
  }

  /** After the worker and the control thread ended. */
  @Override
  public void close() {
    arena.close();
  }
}
