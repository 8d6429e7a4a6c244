package io.taltun.daemon.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** New files that hold keys. */
final class SecretFile {
  private SecretFile() {}

  /**
   * Writes a file that is 0600 before its first byte, whatever the umask.
   *
   * @throws java.nio.file.FileAlreadyExistsException rather than overwriting
   */
  static void create(Path file, String text) throws IOException {
    var mode = PosixFilePermissions.fromString("rw-------");
    var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    var attribute = PosixFilePermissions.asFileAttribute(mode);
    try (var channel = Files.newByteChannel(file, options, attribute)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }
}
