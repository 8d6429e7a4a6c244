package io.taltun.daemon.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** Looks for what should be gone. */
final class Leftovers {
  private static final Path PROC = Path.of("/proc");

  private Leftovers() {}

  /** The names that are devices of this process's own namespace. */
  static List<String> devices(Collection<String> names) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/net/dev")).stream()
        .map(line -> line.strip().split(":")[0])
        .filter(names::contains)
        .map(name -> "the device " + name)
        .toList();
  }

  /**
   * The namespaces that a thread of another process is in. Of this process, the JDK's threads that
   * wait for children inherit the namespaces, and keep them until it ends.
   */
  static List<String> namespaces(Collection<String> identities) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path process : list(PROC)) {
      if (process.getFileName().toString().matches("[0-9]+")
          && !process.endsWith(Long.toString(ProcessHandle.current().pid()))) {
        for (Path thread : list(process.resolve("task"))) {
          String namespace = namespaceOf(thread);
          if (identities.contains(namespace)) {
            found.add("the namespace " + namespace + " of process " + process.getFileName());
          }
        }
      }
    }
    return found;
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException ended) {
      return List.of();
    }
  }

  private static String namespaceOf(Path thread) {
    try {
      return Files.readSymbolicLink(thread.resolve("ns/net")).toString();
    } catch (IOException ended) {
      return "";
    }
  }
}
