package io.taltun.daemon.cli.demo;

import io.taltun.daemon.unix.SocketFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The files of one run: a folder that root alone can enter. */
record Folder(Path path) implements AutoCloseable {
  private static final String PREFIX = "demo-";

  /** Makes it under {@code parent}, and takes away those of runs that were killed. */
  static Folder create(Path parent, long processId) throws IOException {
    SocketFile.makeFolder(parent);
    for (Path old : leftBehind(parent)) {
      new Folder(old).close();
    }
    var mode = PosixFilePermissions.fromString("rwx------");
    Path path = parent.resolve(PREFIX + processId);
    return new Folder(Files.createDirectory(path, PosixFilePermissions.asFileAttribute(mode)));
  }

  private static List<Path> leftBehind(Path parent) throws IOException {
    try (Stream<Path> files = Files.list(parent)) {
      return files
          .filter(file -> file.getFileName().toString().matches(PREFIX + "[0-9]{1,9}"))
          .filter(Files::isDirectory)
          .filter(file -> !isAlive(file.getFileName().toString().substring(PREFIX.length())))
          .toList();
    }
  }

  private static boolean isAlive(String processId) {
    return ProcessHandle.of(Long.parseLong(processId)).isPresent();
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
