package io.taltun.daemon.cli.demo;

import io.taltun.daemon.unix.SocketFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of one run: a folder that root alone can enter. */
record Folder(Path path) implements AutoCloseable {
  /** A run's folder, or a socket of one of its gateways, and the run's process id. */
  private static final Pattern OWNER =
      Pattern.compile("demo-?([0-9]{1,9})(?:|[ab]\\.(?:sock|takeover))");

  /** Makes it under {@code parent}. */
  static Folder create(Path parent, long processId) throws IOException {
    SocketFile.makeFolder(parent);
    var mode = PosixFilePermissions.fromString("rwx------");
    Path path = parent.resolve("demo-" + processId);
    return new Folder(Files.createDirectory(path, PosixFilePermissions.asFileAttribute(mode)));
  }

  /** Takes away what runs that were killed left under {@code parent}: folders and sockets. */
  static void sweep(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      return;
    }
    try (Stream<Path> files = Files.list(parent)) {
      for (Path file : files.filter(Folder::isLeftBehind).toList()) {
        new Folder(file).close();
      }
    }
  }

  private static boolean isLeftBehind(Path file) {
    Matcher owner = OWNER.matcher(file.getFileName().toString());
    return owner.matches() && ProcessHandle.of(Long.parseLong(owner.group(1))).isEmpty();
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
