package io.taltun.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The keys that systemd hands to this service, a file each under a name ({@code LoadCredential=},
 * systemd.exec(5)). One goes before the key file of the same name beside peers.yaml, which a
 * service that is not root cannot read.
 */
final class Credentials {
  /** Null where there are none. */
  private final String folder;

  Credentials(String folder) {
    this.folder = folder == null || folder.isEmpty() ? null : folder;
  }

  static Credentials ofThisProcess() {
    return new Credentials(System.getenv("CREDENTIALS_DIRECTORY"));
  }

  /**
   * The credential's file, or null when there is none.
   *
   * @param name of a key file; one with a folder in it is no credential's
   */
  Path find(String name) {
    if (folder == null || name.isEmpty() || name.contains("/") || name.startsWith(".")) {
      return null;
    }
    try {
      Path file = Path.of(folder, name);
      return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? file : null;
    } catch (InvalidPathException e) {
      return null;
    }
  }
}
