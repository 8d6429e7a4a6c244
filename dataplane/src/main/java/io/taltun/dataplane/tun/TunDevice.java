package io.taltun.dataplane.tun;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A TUN device made of one queue a worker (IFF_MULTI_QUEUE). The device lives as long as its
 * descriptors: closing it, or the end of the process, removes it with its addresses and routes.
 */
public final class TunDevice implements AutoCloseable {
  /** IFNAMSIZ less the closing zero. */
  public static final int MAX_NAME_BYTES = 15;

  private static final String PATH = "/dev/net/tun";
  private static final int O_RDWR_NONBLOCK_CLOEXEC = 0x2 | 0x800 | 0x80000;
  private static final long TUNSETIFF = 0x400454caL;
  private static final int IFF_TUN = 0x0001;
  private static final int IFF_MULTI_QUEUE = 0x0100;
  private static final int IFF_NO_PI = 0x1000;
  private static final int IFF_TUN_EXCL = 0x8000;
  private static final int IFREQ_SIZE = 40;
  private static final int IFREQ_FLAGS = 16;

  private final String name;
  private final List<TunQueue> queues;

  private TunDevice(String name, List<TunQueue> queues) {
    this.name = name;
    this.queues = List.copyOf(queues);
  }

  /**
   * Creates the device with the given number of queues.
   *
   * @param name at most {@value #MAX_NAME_BYTES} bytes
   * @throws SystemCallException with a message that says what to do when /dev/net/tun is missing,
   *     the right is missing, or the name is taken
   */
  public static TunDevice open(String name, int queueCount) throws SystemCallException {
    List<TunQueue> queues = new ArrayList<>();
    try {
      for (int i = 0; i < queueCount; i++) {
        // Without it a second gateway would attach to our device as one more queue and take its
        // share of our packets, in silence.
        queues.add(openQueue(name, i == 0 ? IFF_TUN_EXCL : 0));
      }
      return new TunDevice(name, queues);
    } catch (SystemCallException e) {
      queues.forEach(TunQueue::close);
      throw e;
    }
  }

  private static TunQueue openQueue(String name, int exclusive) throws SystemCallException {
    int fd = Syscall.open(PATH, O_RDWR_NONBLOCK_CLOEXEC, 0);
    if (fd < 0) {
      throw new SystemCallException(
          -fd == Errno.ENOENT
              ? PATH + " is missing; load the module with 'modprobe tun', or pass the device in"
              : "cannot open " + PATH + "; run as root or with CAP_NET_ADMIN",
          -fd);
    }
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MAX_NAME_BYTES) {
      Syscall.close(fd);
      throw new IllegalArgumentException("an interface name has 1 to 15 bytes");
    }
    try (Arena arena = Arena.ofConfined()) {
      long request = arena.allocate(IFREQ_SIZE, 8).address();
      for (int i = 0; i < bytes.length; i++) {
        NativeMemory.putByte(request + i, bytes[i]);
      }
      int flags = IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE | exclusive;
      NativeMemory.putShort(request + IFREQ_FLAGS, (short) flags);
      int result = Syscall.ioctl(fd, TUNSETIFF, request);
      if (result < 0) {
        Syscall.close(fd);
        throw new SystemCallException(explain(name, -result), -result);
      }
    }
    return KernelTunQueue.of(fd, 0);
  }

  private static String explain(String name, int errno) {
    return switch (errno) {
      case Errno.EPERM -> "cannot create " + name + "; run as root or with CAP_NET_ADMIN";
      case Errno.EBUSY -> "cannot create " + name + "; another device or gateway has that name";
      default -> "cannot create " + name;
    };
  }

  public String name() {
    return name;
  }

  public List<TunQueue> queues() {
    return queues;
  }

  @Override
  public void close() {
    queues.forEach(TunQueue::close);
  }
}
