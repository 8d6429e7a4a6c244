package io.taltun.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Files that hold a secret: who may read them, and the one key in them. */
final class KeyFile {
  /** A key is 44 characters; anything much longer is another file. */
  private static final int MAX_BYTES = 1024;

  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  /**
   * The group's bits of a credential are those of its access control list, through which systemd
   * lets the service's user read what is root's (acl(5)).
   */
  private static final Set<PosixFilePermission> OTHERS_OF_CREDENTIAL =
      EnumSet.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

  private KeyFile() {}

  /**
   * The text of a key file.
   *
   * @throws IllegalArgumentException with what is wrong, never with content
   */
  static String read(Path file) {
    return read(file, OTHERS);
  }

  /** The same for a file in the folder of a service's credentials. */
  static String readCredential(Path file) {
    return read(file, OTHERS_OF_CREDENTIAL);
  }

  private static String read(Path file, Set<PosixFilePermission> others) {
    String shown = Quote.path(file);
    byte[] raw;
    try {
      if (!Files.exists(file)) {
        throw new IllegalArgumentException(
            shown + " does not exist; make it with `umask 077; taltun genkey > FILE`");
      }
      if (!Files.isRegularFile(file)) {
        throw new IllegalArgumentException(shown + " is not a regular file; name the key's file");
      }
      Optional<String> exposed = exposure(file, others);
      if (exposed.isPresent()) {
        throw new IllegalArgumentException(exposed.get());
      }
      try (InputStream in = Files.newInputStream(file)) {
        raw = in.readNBytes(MAX_BYTES + 1);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          shown + " cannot be read by this user; run as its owner or as root", e);
    }
    try {
      String text = new String(raw, StandardCharsets.ISO_8859_1).strip();
      if (text.isEmpty()) {
        throw new IllegalArgumentException(
            shown + " is empty; write the key into it, 44 base64 characters");
      }
      if (raw.length > MAX_BYTES) {
        throw new IllegalArgumentException(
            shown + " is too long for a key; it must hold 44 base64 characters and nothing else");
      }
      return text;
    } finally {
      Arrays.fill(raw, (byte) 0);
    }
  }

  /** What to say when group or others may write a file whose commands a gateway runs. */
  static Optional<String> writableByOthers(Path file) {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file, new LinkOption[0]);
      return permissions.contains(PosixFilePermission.GROUP_WRITE)
              || permissions.contains(PosixFilePermission.OTHERS_WRITE)
          ? Optional.of(
              "hooks are run by the gateway and others may write to "
                  + Quote.path(file)
                  + " ("
                  + PosixFilePermissions.toString(permissions)
                  + "); run `chmod go-w` on it")
          : Optional.empty();
    } catch (UnsupportedOperationException e) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(Quote.path(file) + " cannot be examined; run as its owner or as root");
    }
  }

  /** What to say when group or others may read or write the file. */
  static Optional<String> exposure(Path file) {
    return exposure(file, OTHERS);
  }

  private static Optional<String> exposure(Path file, Set<PosixFilePermission> others) {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file, new LinkOption[0]);
      if (permissions.stream().noneMatch(others::contains)) {
        return Optional.empty();
      }
      return Optional.of(
          Quote.path(file)
              + " holds a secret and others may open it ("
              + PosixFilePermissions.toString(permissions)
              + "); run `chmod 600` on it");
    } catch (NoSuchFileException | UnsupportedOperationException e) {
      // Gone, or a file system without modes: nothing to hold against the file.
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(Quote.path(file) + " cannot be examined; run as its owner or as root");
    }
  }
}
