package io.taltun.dataplane.mailbox;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.PageMemory;
import io.taltun.dataplane.udp.Arrival;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A bounded ring of records with one writer, a worker, and one reader, the control thread. A record
 * has a fixed place of {@value #RECORD_SIZE} bytes:
 *
 * <pre>
 * 0 kind 4 | 4 value 4 | 8 length 4 (+4) | 16 endpoint 48 | 64 message, at most {@value #MAX_MESSAGE}
 * </pre>
 */
public final class RecordRing implements AutoCloseable {
  /** The longest handshake message is an initiation: 148 bytes. */
  public static final int MAX_MESSAGE = 148;

  private static final int RECORD_SIZE = 256;
  private static final int ADDRESS = 16;
  private static final int ADDRESS_BYTES = Arrival.ENDPOINT_BYTES;
  private static final int MESSAGE = ADDRESS + ADDRESS_BYTES;
  private static final VarHandle WRITTEN;
  private static final VarHandle READ;

  static {
    try {
      var lookup = MethodHandles.lookup();
      WRITTEN = lookup.findVarHandle(RecordRing.class, "written", long.class);
      READ = lookup.findVarHandle(RecordRing.class, "read", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int records;
  private final PageMemory memory;

  // Written by the worker.
  private long written;

  // Written by the control thread.
  private long read;

  /**
   * @param records a power of two
   */
  RecordRing(int records) {
    this.records = records;
    memory = new PageMemory((long) records * RECORD_SIZE);
  }

  /** Worker only; see {@link ControlRing#offer}. */
  boolean offer(int kind, int value, long address, long message, int length) {
    long at = written;
    if (at - (long) READ.getAcquire(this) >= records) {
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
    return true;
  }

  /** Records that wait. Control thread only. */
  public int size() {
    return (int) ((long) WRITTEN.getAcquire(this) - read);
  }

  /** As {@link #size}, of a moment ago. Any thread. */
  public int backlog() {
    long taken = (long) READ.getAcquire(this);
    return Math.clamp((long) WRITTEN.getAcquire(this) - taken, 0, records);
  }

  /** Records that have room. */
  public int capacity() {
    return records;
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
    return memory.address() + (at & (records - 1)) * RECORD_SIZE;
  }

  /** After the worker and the control thread ended. */
  @Override
  public void close() {
    memory.close();
  }
}
