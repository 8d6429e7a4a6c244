package io.taltun.daemon.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A state file in a folder, which is made (0700) when it is missing. */
final class FolderFiles implements JournalFiles {
  private final Path file;
  private final Path next;

  // Written by the thread that uses them; null when not open.
  private FileChannel current;
  private FileChannel written;

  FolderFiles(Path file) {
    this.file = file.toAbsolutePath();
    this.next = this.file.resolveSibling(file.getFileName() + ".new");
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public byte[] read() throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException none) {
      return null;
    }
  }

  @Override
  public void setAside() throws IOException {
    Files.move(
        file,
        file.resolveSibling(file.getFileName() + ".unread"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void append(byte[] bytes) throws IOException {
    write(current, bytes);
  }

  @Override
  public void sync() throws IOException {
    current.force(false);
  }

  @Override
  public void writeNew(byte[] bytes) throws IOException {
    closeQuietly(written);
    if (!Files.isDirectory(file.getParent())) {
      Files.createDirectories(
          file.getParent(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Files.deleteIfExists(next);
    written =
        FileChannel.open(
            next,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    write(written, bytes);
  }

  private static void write(FileChannel channel, byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
  }

  @Override
  public void syncNew() throws IOException {
    written.force(true);
  }

  @Override
  public void replace() throws IOException {
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    closeQuietly(current);
    current = written;
    written = null;
  }

  @Override
  public void syncFolder() throws IOException {
    try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  @Override
  public void close() {
    closeQuietly(current);
    closeQuietly(written);
    current = null;
    written = null;
  }

  private static void closeQuietly(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException lost) {
        // What counts was forced before.
      }
    }
  }
}
