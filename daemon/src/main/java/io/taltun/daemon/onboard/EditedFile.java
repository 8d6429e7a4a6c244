package io.taltun.daemon.onboard;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A file that this process changes as a whole: whoever reads it sees the old bytes or the new ones,
 * also after a crash. Processes that do so take turns; a change by anybody else is noticed.
 *
 * <p>The lock is fcntl(2)'s: it goes as soon as this process closes any descriptor of the file, so
 * nothing else may open it meanwhile.
 */
public final class EditedFile implements AutoCloseable {
  private static final long TURN_NS = TimeUnit.SECONDS.toNanos(30);
  private static final long POLL_MS = 50;

  private final Path file;

  // Written by the one thread that uses this.
  private FileChannel channel;
  private Object key;
  private byte[] content;

  private EditedFile(Path file, FileChannel channel, Object key, byte[] content) {
    this.file = file;
    this.channel = channel;
    this.key = key;
    this.content = content;
  }

  /**
   * Reads a file and keeps others from editing it; waits up to 30 s for its turn.
   *
   * @param named a symbolic link is followed, and stays one
   * @param mostBytes one more is read of a larger file
   */
  public static EditedFile open(Path named, int mostBytes) throws IOException {
    Path file = named.toRealPath();
    long deadlineNs = System.nanoTime() + TURN_NS;
    while (true) {
      EditedFile edited = openNow(file, mostBytes);
      if (edited != null) {
        return edited;
      }
      if (deadlineNs - System.nanoTime() < 0) {
        throw new IOException(named + " is being changed by another command; try again later");
      }
      pause();
    }
  }

  /** Null while it is somebody else's turn. */
  private static EditedFile openNow(Path file, int mostBytes) throws IOException {
    Object key = key(file);
    var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      // The file that was locked may be one that was replaced before.
      if (isLocked(channel) && key.equals(key(file))) {
        var edited = new EditedFile(file, channel, key, read(channel, mostBytes + 1));
        channel = null;
        return edited;
      }
      return null;
    } finally {
      if (channel != null) {
        channel.close();
      }
    }
  }

  /** The bytes that the file has, as far as this process knows. */
  public byte[] content() {
    return content.clone();
  }

  /**
   * Puts other bytes in the place of the file's, with its owner, group and mode.
   *
   * @throws IOException when that fails or somebody else changed the file; it is as it was then
   */
  public void replace(byte[] next) throws IOException {
    Path fresh =
        file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid());
    FileChannel written = null;
    try {
      written = write(fresh, next);
      requireUnchanged();
      move(fresh);
    } catch (IOException e) {
      if (written != null) {
        written.close();
        Files.deleteIfExists(fresh);
      }
      throw e;
    }
    channel.close();
    channel = written;
    key = key(file);
    content = next.clone();
    try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      folder.force(true); // the name is durable, too
    }
  }

  private void move(Path fresh) throws IOException {
    try {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      throw new IOException(
          file
              + " cannot be replaced ("
              + e.getReason()
              + "); where it is mounted by itself, mount its folder",
          e);
    }
  }

  private FileChannel write(Path fresh, byte[] next) throws IOException {
    var options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    var closed = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    FileChannel written = FileChannel.open(fresh, options, closed);
    try {
      ByteBuffer bytes = ByteBuffer.wrap(next);
      while (bytes.hasRemaining()) {
        written.write(bytes);
      }
      PosixFileAttributes old = Files.readAttributes(file, PosixFileAttributes.class);
      PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
      PosixFileAttributes own = view.readAttributes();
      if (!own.owner().equals(old.owner())) {
        view.setOwner(old.owner());
      }
      if (!own.group().equals(old.group())) {
        view.setGroup(old.group());
      }
      view.setPermissions(old.permissions());
      written.force(true);
      if (!isLocked(written)) {
        throw new IOException(fresh + " was taken by another process; try again");
      }
      return written;
    } catch (IOException e) {
      written.close();
      Files.deleteIfExists(fresh);
      throw e;
    }
  }

  private void requireUnchanged() throws IOException {
    if (!key.equals(key(file)) || !Arrays.equals(content, read(channel, content.length + 1))) {
      throw new IOException(file + " was changed by somebody else meanwhile; try again");
    }
  }

  /** Device and inode; something that equals no other key where the file is gone. */
  private static Object key(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return new Object();
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException inThisProcess) {
      return false;
    }
  }

  private static byte[] read(FileChannel channel, int mostBytes) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(mostBytes, channel.size() + 1));
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
      // Until the end.
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(POLL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while another command changed the file");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
