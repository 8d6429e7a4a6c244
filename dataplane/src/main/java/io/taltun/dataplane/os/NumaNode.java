package io.taltun.dataplane.os;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which memory node a CPU belongs to, as sysfs has it: {@code cpu3/node0}. */
public final class NumaNode {
  /** Not known: a kernel without NUMA, or no such CPU. */
  public static final int UNKNOWN = -1;

  private static final Path CPUS = Path.of("/sys/devices/system/cpu");
  private static final String PREFIX = "node";

  private NumaNode() {}

  /** The node's number, or {@link #UNKNOWN}. Reads a folder. */
  public static int of(int cpu) {
    return of(cpu, CPUS);
  }

  static int of(int cpu, Path cpus) {
    Path folder = cpus.resolve("cpu" + cpu);
    if (!Files.isDirectory(folder)) {
      return UNKNOWN;
    }
    try (DirectoryStream<Path> nodes = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path node : nodes) {
        String number = node.getFileName().toString().substring(PREFIX.length());
        if (number.matches("[0-9]{1,4}")) {
          return Integer.parseInt(number);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return UNKNOWN;
    }
    return UNKNOWN;
  }
}
