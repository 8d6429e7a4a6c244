package io.taltun.daemon.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process may do.
 *
 * @param isRoot whether its effective user is 0
 * @param networkAdmin whether it has CAP_NET_ADMIN
 */
record Privileges(boolean isRoot, boolean networkAdmin) {
  /** linux/capability.h. */
  private static final int CAP_NET_ADMIN = 12;

  private static final String EFFECTIVE = "CapEff:";

  static Privileges ofThisProcess() {
    try {
      boolean root = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
      return new Privileges(root, capability(CAP_NET_ADMIN));
    } catch (IOException | UnsupportedOperationException e) {
      return new Privileges(false, false);
    }
  }

  private static boolean capability(int bit) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(EFFECTIVE))
        .map(line -> Long.parseUnsignedLong(line.substring(EFFECTIVE.length()).strip(), 16))
        .anyMatch(set -> (set >>> bit & 1) != 0);
  }

  /** Ends the command with one clear line. */
  void requireNetworkAdmin() {
    if (!networkAdmin) {
      throw new CommandFailure("this needs root (CAP_NET_ADMIN); run it with sudo");
    }
  }
}
