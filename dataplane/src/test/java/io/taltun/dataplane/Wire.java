package io.taltun.dataplane;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import java.lang.foreign.Arena;

/**
 * Two connected datagram sockets in place of a TUN device: {@link #queueFd} for the path, the other
 * end in the part of the kernel. Needs no right. Closes its own end only.
 */
public final class Wire implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
  private static final int ROOM = 1 << 16;

  private final Arena arena = Arena.ofShared();
  private final long buffer = arena.allocate(ROOM, 64).address();
  private final int queueFd;
  private final int kernelFd;
  private boolean hungUp;

  public Wire() {
    int result = Syscall.socketpair(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0, buffer);
    if (result < 0) {
      throw new AssertionError("socketpair: " + Errno.text(-result));
    }
    queueFd = NativeMemory.getInt(buffer);
    kernelFd = NativeMemory.getInt(buffer + 4);
  }

  /** The path's end; closed by the queue that is made of it. */
  public int queueFd() {
    return queueFd;
  }

  /** Lets the path read a packet. */
  public void give(byte[] packet) {
    NativeMemory.copy(packet, 0, buffer, packet.length);
    give(buffer, packet.length);
  }

  /** The same from native memory; never allocates. */
  public void give(long packet, int length) {
    long result = Syscall.write(kernelFd, packet, length);
    if (result != length) {
      throw new AssertionError("the path's end took " + result + " of " + length + " bytes");
    }
  }

  /** The next packet that the path wrote, or null. */
  public byte[] take() {
    int length = take(buffer, ROOM);
    return length < 0 ? null : NativeMemory.toBytes(buffer, length);
  }

  /** The same into native memory: its bytes, or {@code -errno}; never allocates. */
  public int take(long room, int length) {
    return (int) Syscall.read(kernelFd, room, length);
  }

  /** From here on the path's writes fail. */
  public void hangUp() {
    if (!hungUp) {
      hungUp = true;
      Syscall.close(kernelFd);
    }
  }

  @Override
  public void close() {
    hangUp();
    arena.close();
  }
}
