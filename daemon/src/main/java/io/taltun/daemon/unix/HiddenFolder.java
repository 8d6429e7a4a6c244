package io.taltun.daemon.unix;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The folder that a socket is made in before others may see it: {@code .tal0.sock.PID} beside the
 * socket, mode 0700. By its name the next start knows what a process has left that was killed in
 * between.
 */
final class HiddenFolder {
  private HiddenFolder() {}

  /** Makes this process's, and removes those of dead ones for the same socket. */
  static Path make(Path socket) throws IOException {
    String prefix = "." + socket.getFileName() + ".";
    long pid = ProcessHandle.current().pid();
    removeStale(socket.getParent(), prefix, pid);
    Path hidden = socket.resolveSibling(prefix + pid);
    try {
      return Files.createDirectory(
          hidden,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(hidden + " is in the way; remove it", e);
    }
  }

  private static void removeStale(Path folder, String prefix, long ownPid) throws IOException {
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(
            folder, entry -> entry.getFileName().toString().startsWith(prefix))) {
      for (Path entry : entries) {
        String pid = entry.getFileName().toString().substring(prefix.length());
        if (pid.matches("[1-9][0-9]{0,9}") && !isAnother(Long.parseLong(pid), ownPid)) {
          remove(entry);
        }
      }
    }
  }

  private static boolean isAnother(long pid, long ownPid) {
    return pid != ownPid && ProcessHandle.of(pid).isPresent();
  }

  private static void remove(Path stale) throws IOException {
    try (DirectoryStream<Path> content = Files.newDirectoryStream(stale)) {
      for (Path file : content) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(stale);
  }
}
