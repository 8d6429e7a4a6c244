package io.taltun.dataplane.tun;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
  private static final long TUNGETFEATURES = 0x800454cfL;
  private static final long TUNGETIFF = 0x800454d2L;
  private static final long TUNGETDEVNETNS = 0x54e3L;
  private static final int IFF_TUN = 0x0001;
  private static final int IFF_MULTI_QUEUE = 0x0100;
  private static final int IFF_NO_PI = 0x1000;
  private static final int IFF_VNET_HDR = 0x4000;
  private static final int IFF_TUN_EXCL = 0x8000;
  private static final int IFREQ_SIZE = 40;
  private static final int IFREQ_FLAGS = 16;

  private final String name;
  private final List<TunQueue> queues;
  private final TunOffloads offloads;

  private TunDevice(String name, List<TunQueue> queues, TunOffloads offloads) {
    this.name = name;
    this.queues = List.copyOf(queues);
    this.offloads = offloads;
  }

  /** Creates a device without offloads. */
  public static TunDevice open(String name, int queueCount) throws SystemCallException {
    return open(name, queueCount, TunOffloads.NONE);
  }

  /**
   * Creates the device with the given number of queues and those offloads that are wanted and
   * there.
   *
   * @param name at most {@value #MAX_NAME_BYTES} bytes
   * @throws SystemCallException with a message that says what to do when /dev/net/tun is missing,
   *     the right is missing, or the name is taken
   */
  public static TunDevice open(String name, int queueCount, boolean tso, boolean uso, boolean gro)
      throws SystemCallException {
    return open(name, queueCount, TunOffloads.wanted(tso, uso, gro));
  }

  private static TunDevice open(String name, int queueCount, TunOffloads wanted)
      throws SystemCallException {
    List<TunQueue> queues = new ArrayList<>();
    TunOffloads offloads = wanted;
    try {
      for (int i = 0; i < queueCount; i++) {
        int fd = openFile();
        if (i == 0 && offloads.needsHeader() && !knowsHeader(fd)) {
          offloads = offloads.withoutHeader();
        }
        int headerLength = offloads.needsHeader() ? VirtioNetHeader.LENGTH : 0;
        queues.add(KernelTunQueue.of(fd, headerLength));
        attach(fd, name, flags(i == 0, headerLength));
        if (headerLength > 0) {
          offloads = offloads.enable(fd);
        }
      }
      return new TunDevice(name, queues, offloads);
    } catch (SystemCallException | RuntimeException e) {
      queues.forEach(TunQueue::close);
      throw e;
    }
  }

  /**
   * A device that another process opened and handed over, with its queues' descriptors.
   *
   * @param offloads that it switched on
   */
  public static TunDevice adopt(String name, List<Integer> descriptors, TunOffloads offloads) {
    int headerLength = offloads.needsHeader() ? VirtioNetHeader.LENGTH : 0;
    return new TunDevice(
        name,
        descriptors.stream().<TunQueue>map(fd -> KernelTunQueue.of(fd, headerLength)).toList(),
        offloads);
  }

  private static int flags(boolean first, int headerLength) {
    // Without IFF_TUN_EXCL a second gateway would attach to our device as one more queue and take
    // its share of our packets, in silence.
    return IFF_TUN
        | IFF_NO_PI
        | IFF_MULTI_QUEUE
        | (first ? IFF_TUN_EXCL : 0)
        | (headerLength > 0 ? IFF_VNET_HDR : 0);
  }

  private static int openFile() throws SystemCallException {
    int fd = Syscall.open(PATH, O_RDWR_NONBLOCK_CLOEXEC, 0);
    if (fd < 0) {
      throw new SystemCallException(
          -fd == Errno.ENOENT
              ? PATH + " is missing; load the module with 'modprobe tun', or pass the device in"
              : "cannot open " + PATH + "; run as root or with CAP_NET_ADMIN",
          -fd);
    }
    return fd;
  }

  private static boolean knowsHeader(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long features = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      return Syscall.ioctl(fd, TUNGETFEATURES, features) >= 0
          && (NativeMemory.getInt(features) & IFF_VNET_HDR) != 0;
    }
  }

  private static void attach(int fd, String name, int flags) throws SystemCallException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MAX_NAME_BYTES) {
      throw new IllegalArgumentException("an interface name has 1 to 15 bytes");
    }
    try (Arena arena = Arena.ofConfined()) {
      long request = arena.allocate(IFREQ_SIZE, 8).address();
      for (int i = 0; i < bytes.length; i++) {
        NativeMemory.putByte(request + i, bytes[i]);
      }
      NativeMemory.putShort(request + IFREQ_FLAGS, (short) flags);
      int result = Syscall.ioctl(fd, TUNSETIFF, request);
      if (result < 0) {
        throw new SystemCallException(explain(name, -result), -result);
      }
    }
  }

  private static String explain(String name, int errno) {
    return switch (errno) {
      case Errno.EPERM -> "cannot create " + name + "; run as root or with CAP_NET_ADMIN";
      case Errno.EBUSY -> "cannot create " + name + "; another device or gateway has that name";
      default -> "cannot create " + name;
    };
  }

  /** As it was opened; it may have been renamed since. */
  public String name() {
    return name;
  }

  /**
   * The name that it has now.
   *
   * @throws SystemCallException EBADFD when it was deleted
   */
  public String currentName() throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(IFREQ_SIZE, 8);
      int result = Syscall.ioctl(queues.getFirst().fd(), TUNGETIFF, request.address());
      if (result < 0) {
        throw new SystemCallException("cannot ask for the name of " + name, -result);
      }
      return request.getString(0);
    }
  }

  /**
   * Opens the network namespace that it is in now (Linux 5.2).
   *
   * @return a descriptor, the caller's to close
   */
  public int openNamespace() throws SystemCallException {
    int result = Syscall.ioctl(queues.getFirst().fd(), TUNGETDEVNETNS, 0);
    if (result < 0) {
      throw new SystemCallException("cannot ask where " + name + " is", -result);
    }
    return result;
  }

  public List<TunQueue> queues() {
    return queues;
  }

  /** What the kernel took of the wanted offloads. */
  public TunOffloads offloads() {
    return offloads;
  }

  @Override
  public void close() {
    queues.forEach(TunQueue::close);
  }
}
