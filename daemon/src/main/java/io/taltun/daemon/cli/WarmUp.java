package io.taltun.daemon.cli;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.cli.demo.NetworkSpace;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.log.LogStyle;
import io.taltun.daemon.log.Logs;
import io.taltun.dataplane.memory.PathWarmUp;
import io.taltun.dataplane.os.BootClock;
import io.taltun.dataplane.worker.WorkerGroup;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.logging.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The run that the JVM's ahead-of-time cache is made from (JEP 483, JEP 515): brings a gateway up
 * as {@code up} does, in a network namespace of its own, and takes it down again. Where that is not
 * allowed it goes as far as the configuration and loads the classes of the rest.
 *
 * <p>It touches nothing that a start does not: each class in the cache is resident in every
 * gateway.
 */
@Command(
    name = "warm-up",
    hidden = true,
    description = "Bring a gateway up without a trace, for the JVM to remember.")
final class WarmUp implements Callable<Integer> {
  /** Port 9 is discard's: the handshake goes nowhere. */
  private static final String FILE =
      """
      interface:
        name: warmup0
        private-key: %s
        address: [10.99.0.1/24, "fd99::1/64"]
        listen-port: 51820
      peers:
        - name: peer
          public-key: %s
          preshared-key: %s
          endpoint: 127.0.0.1:9
          allowed-ips: [10.99.0.2/32, "fd99::2/128"]
      """;

  private static final long PROFILING_NS = TimeUnit.SECONDS.toNanos(4);

  @Spec private CommandSpec spec;
  private final Host host;

  WarmUp(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, URISyntaxException {
    Logs.configure(LogStyle.TEXT, Level.INFO, false);
    Path folder = Files.createTempDirectory("taltun-warm-up");
    Path file = folder.resolve("peers.yaml");
    try {
      writeConfiguration(file);
      try (NetworkSpace space = NetworkSpace.create("warm-up")) {
        space.call(() -> startGateway(file, folder));
      } catch (CommandFailure refused) {
        spec.commandLine().getErr().println("taltun warm-up: " + refused.getMessage());
        Taltun.commandLine(host, "check")
            .setOut(new PrintWriter(Writer.nullWriter()))
            .execute("check", "--config", file.toString());
        loadClasses();
      }
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder.resolve("taltun"));
      Files.deleteIfExists(folder.resolve("wireguard"));
      Files.deleteIfExists(folder.resolve("warmup0.state"));
      Files.delete(folder);
    }
    return 0;
  }

  private static void writeConfiguration(Path file) throws IOException {
    SecureRandom random = new SecureRandom();
    try (PrivateKey key = PrivateKey.generate(random);
        PrivateKey peer = PrivateKey.generate(random);
        PresharedKey psk = PresharedKey.generate(random)) {
      String peerKey = peer.publicKey(Primitives.best().x25519()).toBase64();
      SecretFile.create(file, FILE.formatted(key.toBase64(), peerKey, psk.toBase64()));
    }
  }

  /** With the very command: what picocli makes of it is a part of each start. */
  private Void startGateway(Path file, Path folder) {
    // The cache keeps the compiler's profiles (JEP 515): the longer they are, the sooner the packet
    // path is compiled for good in every later start.
    PathWarmUp.run(Primitives.best().aead(), PROFILING_NS, new BootClock());
    Host other =
        new Host(
            file,
            folder.resolve("taltun"),
            folder.resolve("wireguard"),
            host.gateways(),
            host.privileges(),
            host.selfCommand(),
            InputStream.nullInputStream(),
            host.terminal());
    int status =
        Taltun.commandLine(other, "up")
            .setErr(spec.commandLine().getErr())
            .execute(
                "up",
                "--config",
                file.toString(),
                "--state-dir",
                folder.toString(),
                "--until-stdin-closes");
    if (status != 0) {
      throw new CommandFailure("the gateway did not start");
    }
    return null;
  }

  /** Those of the gateway, from the archives that they are in. */
  private static void loadClasses() throws IOException, URISyntaxException {
    ClassLoader loader = WarmUp.class.getClassLoader();
    for (Class<?> one : List.of(WorkerGroup.class, Gateway.class)) {
      Path archive = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (!Files.isRegularFile(archive)) {
        continue; // a folder of classes, of which the cache takes none
      }
      try (JarFile jar = new JarFile(archive.toFile())) {
        for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
          String name = entry.getName();
          if (name.endsWith(".class") && !name.endsWith("-info.class") && !name.contains("/cli/")) {
            load(name.substring(0, name.lastIndexOf('.')).replace('/', '.'), loader);
          }
        }
      }
    }
  }

  private static void load(String name, ClassLoader loader) throws IOException {
    try {
      Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw new IOException(name + " left its archive", e);
    }
  }
}
