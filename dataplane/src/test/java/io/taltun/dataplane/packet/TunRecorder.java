package io.taltun.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.tun.TunQueue;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.ToIntFunction;

/** A TUN queue in memory that gives what it was given, and keeps what is written, or refuses it. */
public final class TunRecorder implements TunQueue {
  final List<byte[]> writes = new ArrayList<>();

  /** The errno that answers a write, or 0 to take it. */
  ToIntFunction<byte[]> errno = write -> 0;

  private final Deque<byte[]> reads = new ArrayDeque<>();
  private final int headerLength;

  public TunRecorder(int headerLength) {
    this.headerLength = headerLength;
  }

  static boolean isJoined(byte[] write) {
    return write[1] != 0;
  }

  /** Lets the next read bring this: a header, if the queue has one, and a packet. */
  public void give(byte[] read) {
    reads.add(read);
  }

  /** Every packet that a kernel makes of the writes, in order; forgets them. */
  public List<byte[]> take() {
    List<byte[]> packets = new ArrayList<>();
    for (byte[] write : writes) {
      packets.addAll(headerLength == 0 ? List.of(write) : ReferenceOffload.take(write));
    }
    writes.clear();
    return packets;
  }

  @Override
  public int fd() {
    return -1;
  }

  @Override
  public int headerLength() {
    return headerLength;
  }

  @Override
  public int read(long buffer, int length) {
    byte[] read = reads.poll();
    if (read == null) {
      return -Errno.EAGAIN;
    }
    assertThat(length).isGreaterThanOrEqualTo(read.length);
    NativeMemory.copy(read, 0, buffer, read.length);
    return read.length;
  }

  @Override
  public int write(long buffer, int length) {
    return accept(NativeMemory.toBytes(buffer, length));
  }

  @Override
  public int writeVectors(long vectors, int count) {
    ByteArrayOutputStream write = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      long vector = vectors + i * 16L;
      int length = (int) NativeMemory.getLong(vector + 8);
      write.writeBytes(NativeMemory.toBytes(NativeMemory.getLong(vector), length));
    }
    return accept(write.toByteArray());
  }

  private int accept(byte[] write) {
    int refusal = errno.applyAsInt(write);
    if (refusal != 0) {
      return -refusal;
    }
    writes.add(write);
    return write.length;
  }

  @Override
  public void close() {
    writes.clear();
  }
}
