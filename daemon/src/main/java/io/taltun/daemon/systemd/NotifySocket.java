package io.taltun.daemon.systemd;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The datagram socket that {@code NOTIFY_SOCKET} names. It is opened for each message, as
 * libsystemd does: a service manager that was started anew listens on another one behind the same
 * name.
 */
final class NotifySocket {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;

  /** {@code struct sockaddr_un}: a family of 2 bytes, a path of up to 108. */
  private static final int PATH_OFFSET = 2;

  private static final int MOST_PATH_BYTES = 107;

  private final byte[] path;

  /**
   * @param name a file's absolute path, or {@code @} and the rest of an abstract name (unix(7))
   */
  NotifySocket(String name) {
    path = name.getBytes(StandardCharsets.UTF_8);
    if (path.length > 0 && path[0] == '@') {
      path[0] = 0;
    }
  }

  /**
   * Sends one message; blocks for nobody.
   *
   * @return 0, or the errno of what failed
   */
  int send(String message) {
    if (path.length < 2 || path.length > MOST_PATH_BYTES || path[0] != 0 && path[0] != '/') {
      return Errno.EAFNOSUPPORT; // such as vsock:…, which is for virtual machines
    }
    int fd = Syscall.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    if (fd < 0) {
      return -fd;
    }
    try (Arena arena = Arena.ofConfined()) {
      // An abstract name has no end but the address's; a path ends with a zero, which is there.
      MemorySegment address = arena.allocate(PATH_OFFSET + MOST_PATH_BYTES + 1L, 2);
      NativeMemory.putShort(address.address(), (short) AF_UNIX);
      MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, PATH_OFFSET, path.length);
      int connected = Syscall.connect(fd, address.address(), PATH_OFFSET + path.length);
      if (connected < 0) {
        return -connected;
      }
      MemorySegment text = arena.allocateFrom(message);
      long sent = Syscall.send(fd, text.address(), text.byteSize() - 1, MSG_NOSIGNAL);
      return sent < 0 ? (int) -sent : 0;
    } finally {
      Syscall.close(fd);
    }
  }
}
