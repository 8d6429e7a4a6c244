package io.taltun.daemon.cli;

import io.taltun.config.ConfigReader;
import io.taltun.config.PeersEditException;
import io.taltun.config.TaltunConfig;
import io.taltun.daemon.admin.AdminClient;
import io.taltun.daemon.gateway.ReconfigureException;
import io.taltun.daemon.onboard.EditedFile;
import io.taltun.daemon.reload.ReloadAnswer;
import io.taltun.daemon.reload.ReloadRequest;
import io.taltun.daemon.unix.SocketFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A gateway's file, to be changed once, and the gateway that is to follow where it runs. */
final class PeersFile implements AutoCloseable {
  /** What ConfigReader takes. */
  private static final int MOST_BYTES = 64 << 20;

  @FunctionalInterface
  interface Edit {
    String of(String text) throws PeersEditException;
  }

  private final Host host;
  private final Path path;
  private final PrintWriter err;
  private final EditedFile file;
  private final TaltunConfig config;

  private PeersFile(Host host, Path path, PrintWriter err, EditedFile file, TaltunConfig config) {
    this.host = host;
    this.path = path;
    this.err = err;
    this.file = file;
    this.config = config;
  }

  /**
   * Reads the file and keeps other commands from changing it.
   *
   * @param err for errors and warnings about the file
   */
  static PeersFile open(Host host, Path path, PrintWriter err) throws IOException {
    requireThere(host, path);
    EditedFile file = EditedFile.open(path, MOST_BYTES);
    try {
      TaltunConfig config = Configurations.require(ConfigReader.read(file.content(), path), err);
      PeersFile opened = new PeersFile(host, path, err, file, config);
      file = null;
      return opened;
    } finally {
      if (file != null) {
        file.close();
      }
    }
  }

  /** Says what to do about a file that is missing. */
  static void requireThere(Host host, Path path) {
    if (Files.notExists(path)) {
      throw CommandFailure.usage(
          path
              + " does not exist; "
              + (path.equals(host.configFile()) ? "'taltun up' writes one" : "check the path"));
    }
  }

  Path path() {
    return path;
  }

  TaltunConfig config() {
    return config;
  }

  /**
   * Changes the file, and has the gateway read it again when it runs. When the gateway refuses, the
   * file is as it was.
   *
   * @param publicKey base64, of the peer that the change is about
   * @param present whether the gateway is to have the peer
   * @return what the gateway made of it, for people
   */
  String change(Edit edit, String publicKey, boolean present) throws IOException {
    byte[] before = file.content();
    String edited;
    try {
      edited = edit.of(new String(before, StandardCharsets.UTF_8));
    } catch (PeersEditException e) {
      throw CommandFailure.usage(e.getMessage());
    }
    file.replace(edited.getBytes(StandardCharsets.UTF_8));
    String name = config.iface().name();
    if (!SocketFile.isLive(host.adminSocket(name))) {
      return host.privileges().isRoot()
          ? name + " does not run, start it with '" + up() + "'"
          : name + " does not answer to this user, 'sudo taltun reload' applies the change";
    }
    AdminClient client = new AdminClient(host.adminSocket(name));
    ReloadAnswer answer = reload(client, name, before);
    answer.restart().forEach(it -> err.println("needs a restart of " + name + ": " + it));
    return hasOtherFile(client, publicKey, present)
        ? name + " runs with another file; 'taltun reload -c " + path + "' makes it take this one"
        : name + " has the change";
  }

  private ReloadAnswer reload(AdminClient client, String name, byte[] before) {
    ReloadRequest again = new ReloadRequest(null, false);
    try {
      return client.reload(again);
    } catch (ReconfigureException e) {
      restore(before);
      e.places().forEach(err::println);
      throw new CommandFailure(
          name + " does not take it, and " + path + " is as it was: " + e.getMessage(), e);
    } catch (IOException e) {
      restore(before);
      try {
        // It may have taken the change before its answer was lost.
        client.reload(again);
      } catch (IOException | ReconfigureException gone) {
        e.addSuppressed(gone);
      }
      throw new CommandFailure(
          name + " does not answer, and " + path + " is as it was: " + e.getMessage(), e);
    }
  }

  /** False when it cannot be told: the file was taken, whichever it is. */
  private static boolean hasOtherFile(AdminClient client, String publicKey, boolean present) {
    try {
      return client.status().peers().stream().anyMatch(peer -> peer.publicKey().equals(publicKey))
          != present;
    } catch (IOException e) {
      return false;
    }
  }

  private String up() {
    return path.equals(host.configFile()) ? "taltun up" : "taltun up -c " + path;
  }

  private void restore(byte[] before) {
    try {
      file.replace(before);
    } catch (IOException e) {
      throw new CommandFailure(
          config.iface().name() + " does not take it, and " + path + " has it: " + e.getMessage(),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    Configurations.eraseKeys(config);
    file.close();
  }
}
