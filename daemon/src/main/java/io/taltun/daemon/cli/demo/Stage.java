package io.taltun.daemon.cli.demo;

import io.taltun.daemon.netlink.Addresses;
import io.taltun.daemon.netlink.Links;
import io.taltun.daemon.netlink.NetlinkSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two namespaces, the cable between them and the two gateways; all of it goes on close. */
final class Stage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");
  private static final Path RUN = Path.of("/run/taltun");
  private static final Path RUN_WIREGUARD = Path.of("/run/wireguard");

  private final Site left;
  private final Site right;
  private final boolean ipv6 = Files.exists(Path.of("/proc/net/if_inet6"));

  // Guarded by this: the shutdown hook closes, too.
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private boolean closed;

  // Written by the thread that builds the stage.
  private NetworkSpace leftSpace;
  private NetworkSpace rightSpace;
  private GatewayProcess leftGateway;
  private GatewayProcess rightGateway;

  Stage(long processId) {
    left = add(Site.of('a', 1, processId));
    right = add(Site.of('b', 2, processId));
  }

  /** Remembers what to close; closes it at once when the stage is gone. */
  private synchronized <T extends AutoCloseable> T add(T part) {
    if (closed) {
      quietly(part);
      throw new IllegalStateException("interrupted");
    }
    open.push(part);
    return part;
  }

  /** Makes namespaces and cable, starts both gateways and waits until they answer. */
  void build(List<String> selfCommand, boolean debug) throws IOException, InterruptedException {
    Folder.sweep(RUN);
    Folder.sweep(RUN_WIREGUARD);
    Path folder = add(Folder.create(RUN, ProcessHandle.current().pid())).path();
    leftSpace = add(NetworkSpace.create("demo-a"));
    rightSpace = add(NetworkSpace.create("demo-b"));
    leftSpace.call(
        () -> {
          try (NetlinkSocket netlink = NetlinkSocket.open()) {
            new Links(netlink).createVeth(left.cable(), right.cable(), rightSpace.descriptor());
          }
          return null;
        });
    leftSpace.call(() -> plugIn(left));
    rightSpace.call(() -> plugIn(right));
    writeConfig(folder, left, left.yaml(right, true, ipv6));
    writeConfig(folder, right, right.yaml(left, false, ipv6));
    leftGateway =
        add(GatewayProcess.start(leftSpace, selfCommand, left, folder, socket(RUN, left), debug));
    rightGateway =
        add(
            GatewayProcess.start(
                rightSpace, selfCommand, right, folder, socket(RUN, right), debug));
    leftGateway.awaitReady();
    rightGateway.awaitReady();
  }

  private static Void plugIn(Site site) throws IOException {
    try (NetlinkSocket netlink = NetlinkSocket.open()) {
      Links links = new Links(netlink);
      links.setUp(links.index("lo"));
      int cable = links.index(site.cable());
      new Addresses(netlink).add(cable, site.outer());
      links.setUp(cable);
    }
    return null;
  }

  private static void writeConfig(Path folder, Site site, String yaml) throws IOException {
    Path file = folder.resolve(site.name() + ".yaml");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, yaml);
  }

  private static Path socket(Path folder, Site site) {
    return folder.resolve(site.name() + ".sock");
  }

  Site left() {
    return left;
  }

  Site right() {
    return right;
  }

  NetworkSpace leftSpace() {
    return leftSpace;
  }

  NetworkSpace rightSpace() {
    return rightSpace;
  }

  GatewayProcess leftGateway() {
    return leftGateway;
  }

  GatewayProcess rightGateway() {
    return rightGateway;
  }

  boolean ipv6() {
    return ipv6;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Gateways first, then namespaces, files and keys. */
  @Override
  public synchronized void close() {
    closed = true;
    open.stream()
        .filter(part -> part instanceof GatewayProcess)
        .forEach(gateway -> ((GatewayProcess) gateway).beginStop());
    while (!open.isEmpty()) {
      quietly(open.pop());
    }
    // A gateway that had to be killed could not take its sockets away.
    sockets().forEach(socket -> quietly(() -> Files.deleteIfExists(socket)));
  }

  /** What cannot be closed is found by {@link #leftovers}. */
  private static void quietly(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.debug("closing {}", part, e);
    }
  }

  private Stream<Path> sockets() {
    return Stream.of(left, right)
        .flatMap(
            site ->
                Stream.of(
                    socket(RUN, site),
                    RUN.resolve(site.name() + ".takeover"),
                    socket(RUN_WIREGUARD, site)));
  }

  /** What is still there after {@link #close}; empty when all is well. */
  List<String> leftovers() throws IOException {
    var found = new ArrayList<String>();
    for (GatewayProcess gateway : List.of(leftGateway, rightGateway)) {
      if (gateway.isAlive()) {
        found.add("a gateway's process");
      }
    }
    sockets().filter(Files::exists).map(Path::toString).forEach(found::add);
    Path folder = RUN.resolve("demo-" + ProcessHandle.current().pid());
    if (Files.exists(folder)) {
      found.add(folder.toString());
    }
    found.addAll(
        Leftovers.devices(List.of(left.name(), right.name(), left.cable(), right.cable())));
    found.addAll(Leftovers.namespaces(List.of(leftSpace.identity(), rightSpace.identity())));
    return found;
  }
}
