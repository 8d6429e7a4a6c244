package io.taltun.daemon.netlink;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a test in an empty network namespace: that of a thread of its own, so that both are gone
 * afterwards whatever the test did.
 */
public final class NetworkNamespace {
  private static final int CLONE_NEWNET = 0x4000_0000;

  /** What runs in it. */
  public interface Body {
    /** The test. */
    void run() throws Exception;
  }

  /** All that a test may leave behind; to be compared as text. */
  static List<String> dump(NetlinkSocket netlink, int index) throws SystemCallException {
    List<String> lines = new ArrayList<>();
    new Addresses(netlink).list(index).forEach(it -> lines.add("address " + it));
    new Routes(netlink).list(0, 0).forEach(it -> lines.add(it.toString()));
    for (int family : new int[] {Rtnetlink.AF_INET, Rtnetlink.AF_INET6}) {
      new Rules(netlink)
          .list(family)
          .forEach(it -> lines.add(family + " " + it.priority() + ": " + it));
    }
    if (index != 0) {
      lines.add("up " + new Links(netlink).isUp(index));
    }
    return lines;
  }

  /** Runs a test, or skips it where that takes a right we do not have. */
  public static void run(Body body) throws Exception {
    assumeTrue(isRoot(), "skipped: needs root");
    assumeTrue(Files.exists(Path.of("/dev/net/tun")), "skipped: needs /dev/net/tun");
    Throwable[] failure = new Throwable[1];
    boolean[] permitted = {true};
    Thread thread =
        new Thread(
            () -> {
              try {
                int result = Syscall.unshare(CLONE_NEWNET);
                permitted[0] = result != -Errno.EPERM;
                if (permitted[0]) {
                  if (result < 0) {
                    throw new SystemCallException("cannot make a namespace", -result);
                  }
                  body.run();
                }
              } catch (Throwable e) {
                failure[0] = e;
              }
            },
            "namespace");
    thread.start();
    thread.join();
    assumeTrue(permitted[0], "skipped: needs the right to make network namespaces");
    if (failure[0] instanceof Exception e) {
      throw e;
    }
    if (failure[0] instanceof Error e) {
      throw e;
    }
  }

  private static boolean isRoot() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("Uid:"))
        .anyMatch(line -> line.split("\\s+")[2].equals("0"));
  }

  private NetworkNamespace() {}
}
