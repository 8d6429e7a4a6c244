package io.taltun.daemon.takeover;

import io.taltun.crypto.primitive.NativeMemory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** {@code struct sockaddr_un}: a family (2 bytes) and a path that ends with a zero. */
final class UnixAddress {
  static final int BYTES = 110;

  private static final int AF_UNIX = 1;
  private static final int PATH = 2;
  private static final int MOST_PATH_BYTES = 107;

  private UnixAddress() {}

  /**
   * Writes an address.
   *
   * @return the bytes that the kernel is to be told
   * @throws IllegalArgumentException when the path is too long
   */
  static int write(Path path, long at) {
    byte[] bytes = path.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MOST_PATH_BYTES) {
      throw new IllegalArgumentException(
          path + " is longer than the " + MOST_PATH_BYTES + " bytes of a socket");
    }
    NativeMemory.putShort(at, (short) AF_UNIX);
    NativeMemory.copy(bytes, 0, at + PATH, bytes.length);
    NativeMemory.putByte(at + PATH + bytes.length, (byte) 0);
    return PATH + bytes.length + 1;
  }
}
