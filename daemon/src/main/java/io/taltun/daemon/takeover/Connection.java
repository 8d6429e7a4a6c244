package io.taltun.daemon.takeover;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One end of a stream between two processes: messages, and descriptors beside them (unix(7),
 * SCM_RIGHTS). A message is its type (1 byte), the length of its payload (4, big-endian) and the
 * payload. One thread at a time. What passes through its buffer is overwritten.
 */
final class Connection implements AutoCloseable {
  /** Waits as long as the other process lives. */
  static final int FOR_EVER = -1;

  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;
  private static final int MSG_CTRUNC = 0x8;

  private static final int HEADER_BYTES = 5;

  /** 100,000 peers with three sessions each would not fill it. */
  private static final int MOST_BYTES = 1 << 30;

  private static final int BUFFER_BYTES = 64 << 10;
  private static final byte[] ZEROS = new byte[BUFFER_BYTES];

  /** How long the other may leave what is sent to it lying. */
  private static final int SEND_WITHIN_MS = 2000;

  private static final int DESCRIPTORS_A_MESSAGE = 64; // the kernel takes 253

  private static final int CONTROL_BYTES = 16 + 4 * DESCRIPTORS_A_MESSAGE;
  private static final int MSGHDR_BYTES = 56;

  private final int fd;
  private final Arena arena = Arena.ofShared();
  private final long buffer = arena.allocate(BUFFER_BYTES, 8).address();
  private final long control = arena.allocate(CONTROL_BYTES, 8).address();
  private final long vector = arena.allocate(16, 8).address();
  private final long header = arena.allocate(MSGHDR_BYTES, 8).address();

  // Written by the one thread: the other process has closed its end, most likely by its own.
  private boolean ended;

  /** Owns the descriptor of a connected stream socket. */
  Connection(int fd) {
    this.fd = fd;
  }

  /**
   * The user of the process at the other end, as the kernel knows it from when it connected or
   * listened; −1 when it cannot be told.
   */
  int peerUser() {
    // struct ucred: pid 4, uid 4, gid 4
    NativeMemory.putInt(vector, 12);
    return Syscall.getOption(fd, SOL_SOCKET, SO_PEERCRED, buffer, vector) < 0
        ? -1
        : NativeMemory.getInt(buffer + 4);
  }

  /** Whether the other end was found closed. */
  boolean ended() {
    return ended;
  }

  void send(FrameType type, byte[] payload) throws TakeoverException {
    byte[] head = new ByteSink().putByte(type.ordinal()).putInt(payload.length).take();
    write(head);
    write(payload);
  }

  void send(FrameType type) throws TakeoverException {
    send(type, new byte[0]);
  }

  /** Says why not; the other may be gone already. */
  void refuse(String why) {
    try {
      send(FrameType.REFUSE, new ByteSink().putText(why).take());
    } catch (TakeoverException gone) {
      // Then nobody needs to know.
    }
  }

  private void write(byte[] bytes) throws TakeoverException {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SEND_WITHIN_MS);
    try {
      for (int at = 0; at < bytes.length; ) {
        int piece = Math.min(BUFFER_BYTES, bytes.length - at);
        NativeMemory.copy(bytes, at, buffer, piece);
        for (int sent = 0; sent < piece; ) {
          long result = Syscall.send(fd, buffer + sent, piece - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
          if (result >= 0) {
            sent += (int) result;
          } else if (result != -Errno.EAGAIN && result != -Errno.EINTR) {
            ended = true;
            throw gone((int) -result);
          } else if (endNs - System.nanoTime() < 0) {
            throw new TakeoverException("the other process does not listen");
          } else {
            Syscall.awaitWritable(fd, SEND_WITHIN_MS);
          }
        }
        at += piece;
      }
    } finally {
      erase(Math.min(BUFFER_BYTES, bytes.length));
    }
  }

  private void erase(int length) {
    NativeMemory.copy(ZEROS, 0, buffer, length);
  }

  private static TakeoverException gone(int errno) {
    return new TakeoverException("the other process is gone (" + Errno.text(errno) + ")");
  }

  /**
   * The next message, which has to be of a type.
   *
   * @param withinMs how long it is waited for, or {@link #FOR_EVER}
   * @throws TakeoverException when it is another, does not come, or the other process is gone
   */
  byte[] expect(FrameType type, int withinMs) throws TakeoverException {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMs);
    byte[] head = read(HEADER_BYTES, withinMs == FOR_EVER, endNs);
    ByteSource in = new ByteSource(head);
    int number = in.getByte();
    int length = in.getInt();
    if (number < 0 || number >= FrameType.values().length || length < 0 || length > MOST_BYTES) {
      throw new TakeoverException("the other process speaks something else");
    }
    byte[] payload = read(length, withinMs == FOR_EVER, endNs);
    FrameType came = FrameType.values()[number];
    if (came == FrameType.REFUSE && type != FrameType.REFUSE) {
      throw new TakeoverException(ByteSource.whole(payload, ByteSource::getText));
    }
    if (came != type) {
      Arrays.fill(payload, (byte) 0);
      throw new TakeoverException("the other process said " + came + " instead of " + type);
    }
    return payload;
  }

  private byte[] read(int length, boolean forEver, long endNs) throws TakeoverException {
    byte[] bytes = new byte[length];
    int read = 0;
    try {
      while (read < length) {
        int piece = Math.min(BUFFER_BYTES, length - read);
        int got =
            (int) receive(forEver, endNs, () -> Syscall.recv(fd, buffer, piece, MSG_DONTWAIT));
        NativeMemory.copy(buffer, bytes, read, got);
        read += got;
      }
      return bytes;
    } finally {
      erase(Math.min(BUFFER_BYTES, length));
    }
  }

  @FunctionalInterface
  private interface Receive {
    long call();
  }

  private long receive(boolean forEver, long endNs, Receive call) throws TakeoverException {
    while (true) {
      long result = call.call();
      if (result > 0) {
        return result;
      }
      if (result == 0) {
        ended = true;
        throw new TakeoverException("the other process has ended");
      }
      if (result != -Errno.EAGAIN && result != -Errno.EINTR) {
        ended = true;
        throw gone((int) -result);
      }
      long leftMs = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
      if (!forEver && leftMs <= 0) {
        throw new TakeoverException("the other process did not answer in time");
      }
      Syscall.awaitReadable(fd, forEver ? FOR_EVER : (int) Math.max(1, leftMs));
    }
  }

  /** Returns when the other process has closed its end, or at the end of the time. */
  void awaitEnd(int withinMs) {
    try {
      expect(FrameType.REFUSE, withinMs);
    } catch (TakeoverException end) {
      // as wanted
    }
  }

  // Descriptors. struct msghdr: name 8, namelen 8, iov 8, iovlen 8, control 8, controllen 8, flags
  // 8;
  // struct cmsghdr: len 8, level 4, type 4, data.

  void sendDescriptors(List<Integer> descriptors) throws TakeoverException {
    for (int at = 0; at < descriptors.size(); at += DESCRIPTORS_A_MESSAGE) {
      int count = Math.min(DESCRIPTORS_A_MESSAGE, descriptors.size() - at);
      prepare(16 + 4L * count);
      NativeMemory.putLong(control, 16 + 4L * count);
      NativeMemory.putInt(control + 8, SOL_SOCKET);
      NativeMemory.putInt(control + 12, SCM_RIGHTS);
      for (int i = 0; i < count; i++) {
        NativeMemory.putInt(control + 16 + 4L * i, descriptors.get(at + i));
      }
      long result = Syscall.sendmsg(fd, header, MSG_NOSIGNAL);
      if (result < 0) {
        throw gone((int) -result);
      }
    }
  }

  /** Receives as many as were sent; they are closed when not all come. */
  List<Integer> receiveDescriptors(int count, int withinMs) throws TakeoverException {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMs);
    List<Integer> received = new ArrayList<>();
    try {
      while (received.size() < count) {
        prepare(CONTROL_BYTES);
        receive(false, endNs, () -> Syscall.recvmsg(fd, header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
        int before = received.size();
        take(received);
        if (received.size() == before || received.size() > count) {
          throw new TakeoverException("the other process sent no descriptors");
        }
      }
      return received;
    } catch (TakeoverException e) {
      received.forEach(Syscall::close);
      throw e;
    }
  }

  private void prepare(long controlBytes) {
    NativeMemory.putLong(vector, buffer);
    NativeMemory.putLong(vector + 8, 1);
    NativeMemory.copy(ZEROS, 0, header, MSGHDR_BYTES);
    NativeMemory.putLong(header + 16, vector);
    NativeMemory.putLong(header + 24, 1);
    NativeMemory.putLong(header + 32, control);
    NativeMemory.putLong(header + 40, controlBytes);
  }

  private void take(List<Integer> received) throws TakeoverException {
    long bytes = NativeMemory.getLong(header + 40);
    if (bytes >= 16
        && NativeMemory.getInt(control + 8) == SOL_SOCKET
        && NativeMemory.getInt(control + 12) == SCM_RIGHTS) {
      long count = (NativeMemory.getLong(control) - 16) / 4;
      for (int i = 0; i < count; i++) {
        received.add(NativeMemory.getInt(control + 16 + 4L * i));
      }
    }
    if ((NativeMemory.getInt(header + 48) & MSG_CTRUNC) != 0) {
      throw new TakeoverException(
          "the descriptors do not fit; raise the limit of open files (LimitNOFILE=)");
    }
  }

  @Override
  public void close() {
    Syscall.close(fd);
    arena.close();
  }
}
