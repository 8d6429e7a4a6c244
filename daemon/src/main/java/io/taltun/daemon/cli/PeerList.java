package io.taltun.daemon.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.taltun.config.ConfigReader;
import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.daemon.admin.AdminClient;
import io.taltun.daemon.gateway.PeerStatus;
import io.taltun.daemon.unix.SocketFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "list", description = "Show the peers in the file.")
final class PeerList implements Runnable {
  private static final String NOTHING = "-";

  /**
   * A line.
   *
   * @param lastHandshakeEpochNanos 0 for never; null while the gateway does not run or does not
   *     have the peer
   */
  private record Line(
      String name, List<String> allowedIps, String publicKey, Long lastHandshakeEpochNanos) {
    private Line {
      allowedIps = List.copyOf(allowedIps);
    }
  }

  @Spec private CommandSpec spec;

  @Mixin private ConfigFileOption file;

  @Option(names = "--json", description = "A JSON array with an object for each peer.")
  private boolean json;

  private final Host host;

  PeerList(Host host) {
    this.host = host;
  }

  @Override
  public void run() {
    CommandLine command = spec.commandLine();
    Path path = file.path(host);
    PeersFile.requireThere(host, path);
    TaltunConfig config = Configurations.require(ConfigReader.read(path), command.getErr());
    Map<String, Long> handshakes = handshakes(config.iface().name());
    List<Line> lines =
        config.peers().stream()
            .map(peer -> line(peer, handshakes.get(peer.publicKey().toBase64())))
            .toList();
    Configurations.eraseKeys(config);
    PrintWriter out = command.getOut();
    if (json) {
      out.println(json(lines));
    } else if (lines.isEmpty()) {
      out.println("no peers in " + path + "; add one with 'taltun peer add NAME'");
    } else {
      List<List<String>> rows = new ArrayList<>();
      rows.add(List.of("NAME", "ADDRESS", "KEY", "LAST HANDSHAKE"));
      Instant now = Instant.now();
      lines.forEach(line -> rows.add(cells(line, now)));
      out.print(Columns.of(rows, host.terminal()));
      out.flush();
    }
  }

  /** By public key; empty when the gateway does not answer. */
  private Map<String, Long> handshakes(String name) {
    Map<String, Long> handshakes = new HashMap<>();
    if (SocketFile.isLive(host.adminSocket(name))) {
      try {
        for (PeerStatus peer : new AdminClient(host.adminSocket(name)).status().peers()) {
          handshakes.put(peer.publicKey(), peer.lastHandshakeEpochNanos());
        }
      } catch (IOException e) {
        throw new CommandFailure(name + " does not answer: " + e.getMessage(), e);
      }
    }
    return handshakes;
  }

  private static Line line(PeerConfig peer, Long handshake) {
    return new Line(
        peer.name(),
        peer.allowedIps().stream().map(IpPrefix::toString).toList(),
        peer.publicKey().toBase64(),
        handshake);
  }

  private static List<String> cells(Line line, Instant now) {
    Long handshake = line.lastHandshakeEpochNanos;
    return List.of(
        line.name,
        line.allowedIps.isEmpty() ? NOTHING : String.join(", ", line.allowedIps),
        line.publicKey,
        handshake == null ? NOTHING : since(handshake, now));
  }

  private static String since(long epochNanos, Instant now) {
    if (epochNanos == 0) {
      return "never";
    }
    long seconds = now.getEpochSecond() - TimeUnit.NANOSECONDS.toSeconds(epochNanos);
    return seconds <= 0 ? "now" : Quantities.duration(seconds) + " ago";
  }

  private static String json(List<Line> lines) {
    try {
      return new JsonMapper().writeValueAsString(lines);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of numbers and text are JSON", e);
    }
  }
}
