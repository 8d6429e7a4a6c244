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
  private static final Path SERVICE_FILES = Path.of("/etc/taltun");
  private static final Path OF_SERVICES = Path.of("/run/credentials");
  private static final String FILE_ENDING = ".yaml";

  /** Null where there are none. */
  private final String folder;

  Credentials(String folder) {
    this.folder = folder == null || folder.isEmpty() ? null : folder;
  }

  /**
   * Those of the service that this process is. A command in a terminal gets those of the service
   * that runs with the same file, if it may read them: what it says is then of the same keys.
   *
   * @param file the configuration's
   */
  static Credentials of(Path file) {
    String own = System.getenv("CREDENTIALS_DIRECTORY");
    return own == null ? ofService(file, SERVICE_FILES, OF_SERVICES) : new Credentials(own);
  }

  /** {@code taltun@NAME.service} runs with NAME.yaml in {@code files}. */
  static Credentials ofService(Path file, Path files, Path ofServices) {
    Path absolute = file.toAbsolutePath().normalize();
    String name = String.valueOf(absolute.getFileName());
    if (!files.equals(absolute.getParent()) || !name.endsWith(FILE_ENDING)) {
      return new Credentials(null);
    }
    String service = name.substring(0, name.length() - FILE_ENDING.length());
    return new Credentials(ofServices.resolve("taltun@" + service + ".service").toString());
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
