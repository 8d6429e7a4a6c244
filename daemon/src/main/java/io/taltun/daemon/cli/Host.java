package io.taltun.daemon.cli;

import io.taltun.daemon.gateway.GatewayFactory;
import io.taltun.daemon.unix.SocketFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the commands find around them.
 *
 * @param configFile where {@code up} looks when it is not told
 * @param runFolder of the admin sockets
 * @param wireguardFolder of the UAPI sockets
 * @param gateways brings gateways up
 * @param privileges what the process may do
 * @param selfCommand starts this program again when arguments are appended
 * @param input standard input
 * @param terminal standard output and error
 */
record Host(
    Path configFile,
    Path runFolder,
    Path wireguardFolder,
    GatewayFactory gateways,
    Privileges privileges,
    List<String> selfCommand,
    InputStream input,
    Terminal terminal) {
  private static final String SOCKET_SUFFIX = ".sock";
  private static final String START = "start one with 'taltun up'";

  Path adminSocket(String name) {
    return runFolder.resolve(name + SOCKET_SUFFIX);
  }

  /** Where a gateway listens for the process that takes it over. */
  Path takeoverSocket(String name) {
    return runFolder.resolve(name + ".takeover");
  }

  Path uapiSocket(String name) {
    return wireguardFolder.resolve(name + SOCKET_SUFFIX);
  }

  /** The names of the gateways that answer, sorted. */
  List<String> running() {
    if (!Files.isDirectory(runFolder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(runFolder)) {
      return files
          .filter(file -> file.toString().endsWith(SOCKET_SUFFIX))
          .filter(SocketFile::isLive)
          .map(file -> file.getFileName().toString())
          .map(file -> file.substring(0, file.length() - SOCKET_SUFFIX.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new CommandFailure("cannot look into " + runFolder + "; run this as root", e);
    }
  }

  /** The gateway that a command means: the one it names, or the only one. */
  String chosen(String name) {
    List<String> running = running();
    if (name != null) {
      if (!running.contains(name)) {
        throw notRunning(name, running);
      }
      return name;
    }
    return switch (running.size()) {
      case 0 -> throw nothingRuns();
      case 1 -> running.getFirst();
      default ->
          throw CommandFailure.usage(
              "several gateways run, name one of them: " + String.join(", ", running));
    };
  }

  /** Ends the command when a gateway of that name, ours or another's, answers. */
  void requireNotRunning(String name) {
    if (isRunning(name)) {
      throw runsAlready(name);
    }
  }

  boolean isRunning(String name) {
    return SocketFile.isLive(adminSocket(name)) || SocketFile.isLive(uapiSocket(name));
  }

  CommandFailure runsAlready(String name) {
    return new CommandFailure(
        "a gateway named " + name + " runs already; stop it with 'taltun down " + name + "'");
  }

  private CommandFailure notRunning(String name, List<String> running) {
    return new CommandFailure(
        "no gateway named "
            + name
            + " answers"
            + hint()
            + (running.isEmpty() ? "; " + START : "; running: " + String.join(", ", running)));
  }

  /** Ends the command when there is no gateway of that name to take over. */
  void requireTakeoverPossible(String name) {
    if (!isRunning(name) && Files.notExists(takeoverSocket(name))) {
      throw notRunning(name, running());
    }
  }

  CommandFailure nothingRuns() {
    return new CommandFailure("no gateway answers" + hint() + "; " + START);
  }

  /** The sockets are root's: to others every gateway looks dead. */
  private String hint() {
    return privileges.isRoot() ? "" : " to this user (run this as root)";
  }
}
