package io.taltun.dataplane;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs a test on a thread in a network of its own, which is gone with the thread. */
public final class NetworkNamespace {
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final long SIOCSIFFLAGS = 0x8914;
  private static final long SIOCSIFADDR = 0x8916;
  private static final long SIOCSIFNETMASK = 0x891c;
  private static final int IFREQ_SIZE = 40;
  private static final int IFREQ_UNION = 16;
  private static final int IFF_UP = 1;

  private NetworkNamespace() {}

  /** Runs {@code test} in it, or aborts the test where that takes a right we do not have. */
  public static void run(Callable<?> test) throws Exception {
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              if (Syscall.unshare(CLONE_NEWNET) < 0) {
                return false;
              }
              test.call();
              return true;
            });
    Thread.ofPlatform().start(task);
    try {
      assumeTrue(task.get(), "skipped: needs root");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (Exception) e.getCause();
    }
  }

  /** Gives a device of the calling thread's network an IPv4 address of a /24, and sets it up. */
  public static void setUp(String device, String address) {
    int fd = Syscall.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
    try (Arena arena = Arena.ofConfined()) {
      long request = arena.allocate(IFREQ_SIZE, 8).address();
      byte[] name = device.getBytes(StandardCharsets.US_ASCII);
      NativeMemory.copy(name, 0, request, name.length);
      long union = request + IFREQ_UNION;
      NativeMemory.putShort(union, (short) AF_INET);
      NativeMemory.copy(Packets.address(address), 0, union + 4, 4);
      call(fd, SIOCSIFADDR, request);
      NativeMemory.putIntBe(union + 4, 0xffff_ff00);
      call(fd, SIOCSIFNETMASK, request);
      NativeMemory.clear(union, IFREQ_SIZE - IFREQ_UNION);
      NativeMemory.putShort(union, (short) IFF_UP);
      call(fd, SIOCSIFFLAGS, request);
    } finally {
      Syscall.close(fd);
    }
  }

  private static void call(int fd, long request, long argument) {
    int result = Syscall.ioctl(fd, request, argument);
    if (result < 0) {
      throw new AssertionError("ioctl: " + Errno.text(-result));
    }
  }
}
