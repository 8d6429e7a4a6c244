package io.taltun.daemon.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The network devices of this process's namespace, whatever /sys shows. */
final class NetworkDevices {
  private NetworkDevices() {}

  static boolean exists(String name) {
    try {
      return Files.readAllLines(Path.of("/proc/self/net/dev")).stream()
          .anyMatch(line -> line.stripLeading().startsWith(name + ":"));
    } catch (IOException e) {
      return false;
    }
  }
}
