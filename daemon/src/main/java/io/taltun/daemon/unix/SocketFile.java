package io.taltun.daemon.unix;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** Questions about a domain socket's file, and its folder. */
public final class SocketFile {
  /** What sits in front of {@code sun_path}'s end: the kernel takes 107 bytes and a zero. */
  static final int MOST_PATH_BYTES = 107;

  private SocketFile() {}

  /** Whether something accepts connections there; false for a file that a dead process left. */
  public static boolean isLive(Path socket) {
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException refused) {
      return false;
    }
  }

  /** Device and inode of a file, empty text when there is none: another file has another. */
  public static Object identity(Path socket) {
    try {
      Object key = Files.readAttributes(socket, BasicFileAttributes.class).fileKey();
      return key == null ? "" : key;
    } catch (IOException gone) {
      return "";
    }
  }

  /** Makes the folder that sockets live in (0755, as /run's own) when it is not there. */
  public static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }
}
