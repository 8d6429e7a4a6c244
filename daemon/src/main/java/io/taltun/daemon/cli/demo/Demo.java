package io.taltun.daemon.cli.demo;

import io.taltun.daemon.cli.CommandFailure;
import io.taltun.daemon.cli.Quantities;
import io.taltun.daemon.cli.StatusTable;
import io.taltun.daemon.cli.Terminal;
import io.taltun.daemon.gateway.GatewayStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongPredicate;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows two gateways at work; succeeds only if everything that it prints happened. */
@Command(name = "demo", description = "Show two gateways at work on this machine, then clean up.")
public final class Demo implements Callable<Integer> {
  private static final long CHECKED_BYTES = 256L << 20;
  private static final long MEASURED_NS = TimeUnit.SECONDS.toNanos(3);
  private static final long HANDSHAKE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long LEFTOVER_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(3);
  private static final long STALL_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(15);
  private static final long POLL_MS = 20;
  private static final int INTERRUPTED = 130;
  private static final int SHOWN_DIGEST_BYTES = 8;

  @Spec private CommandSpec spec;
  private final List<String> selfCommand;
  private final Runnable requireRoot;
  private final Terminal terminal;
  private final BooleanSupplier debug;

  /**
   * @param selfCommand starts this program when arguments are appended
   * @param requireRoot throws {@link CommandFailure} where rights are missing
   * @param terminal standard output and error
   * @param debug whether the gateways' logs are shown
   */
  public Demo(
      List<String> selfCommand, Runnable requireRoot, Terminal terminal, BooleanSupplier debug) {
    this.selfCommand = selfCommand;
    this.requireRoot = requireRoot;
    this.terminal = terminal;
    this.debug = debug;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireRoot.run();
    if (Files.notExists(Path.of("/dev/net/tun"))) {
      throw new CommandFailure(
          "/dev/net/tun is missing; run 'modprobe tun', or a container with --device /dev/net/tun");
    }
    if (selfCommand.isEmpty()) {
      throw new CommandFailure("/proc is not readable; mount it and try again");
    }
    CommandLine command = spec.commandLine();
    Narrator narrator = new Narrator(command.getOut(), command.getErr(), terminal);
    Stage stage = new Stage(ProcessHandle.current().pid());
    Thread hook = new Thread(() -> interrupted(stage, narrator), "demo-cleanup");
    Runtime.getRuntime().addShutdownHook(hook);
    try (stage) {
      play(stage, narrator);
    } catch (RuntimeException | IOException e) {
      if (stage.isClosed() && isShuttingDown(hook)) {
        return INTERRUPTED;
      }
      throw e;
    }
    verifyNothingIsLeft(stage, narrator);
    Runtime.getRuntime().removeShutdownHook(hook);
    return CommandLine.ExitCode.OK;
  }

  /** Runs when the process ends before its time. */
  private static void interrupted(Stage stage, Narrator narrator) {
    if (!stage.isClosed()) {
      stage.close();
      narrator.interrupted();
    }
  }

  private static boolean isShuttingDown(Thread hook) {
    return hook.getState() != Thread.State.NEW;
  }

  private void play(Stage stage, Narrator narrator) throws IOException, InterruptedException {
    Site left = stage.left();
    Site right = stage.right();
    narrator.say("Two gateways on this machine, each in a network namespace of its own:");
    stage.build(selfCommand, debug.getAsBoolean());
    narrator.done("two gateways up", "a is %s, b is %s".formatted(left.name(), right.name()));

    handshake(stage, right.address4());
    narrator.done("handshake", "begun by the first packet; b learnt where a is");

    narrator.done("ping, IPv4, a to b", ping(stage.leftSpace(), right.address4()));
    narrator.done("ping, IPv4, b to a", ping(stage.rightSpace(), left.address4()));
    if (stage.ipv6()) {
      narrator.done("ping, IPv6, a to b", ping(stage.leftSpace(), right.address6()));
      narrator.done("ping, IPv6, b to a", ping(stage.rightSpace(), left.address6()));
    } else {
      narrator.say("- IPv6 is switched off on this machine: not shown");
    }
    narrator.done("256 MiB over TCP", "SHA-256 " + checkedTransfer(stage, narrator) + ", equal");
    narrator.done("throughput", throughput(stage, narrator));

    StatusTable table = new StatusTable(terminal, Instant.now());
    narrator.say("");
    narrator.say(table.render(stage.leftGateway().status()));
    narrator.say(table.render(stage.rightGateway().status()));
  }

  private static String ping(NetworkSpace from, InetAddress to) throws InterruptedException {
    return from.call(() -> Ping.run(to));
  }

  /** The first packet starts it; both sides must have seen its end. */
  private static void handshake(Stage stage, InetAddress target) throws InterruptedException {
    long deadlineNs = System.nanoTime() + HANDSHAKE_TIMEOUT_NS;
    stage.leftSpace().call(() -> Ping.once(target));
    while (!hasSession(stage.leftGateway().status())
        || !hasSession(stage.rightGateway().status())) {
      if (deadlineNs - System.nanoTime() < 0) {
        throw new CommandFailure(
            "no handshake within 10 s; run it again with --debug to see what the gateways log");
      }
      Thread.sleep(POLL_MS);
    }
  }

  private static boolean hasSession(GatewayStatus status) {
    return status.peers().getFirst().lastHandshakeEpochNanos() != 0;
  }

  private static String checkedTransfer(Stage stage, Narrator narrator)
      throws InterruptedException {
    Transfer transfer = Transfer.checked();
    byte[][] digests =
        run(
            stage,
            narrator,
            transfer,
            CHECKED_BYTES,
            _ -> true,
            () -> (double) transfer.received() / CHECKED_BYTES);
    if (transfer.received() != CHECKED_BYTES || !MessageDigest.isEqual(digests[0], digests[1])) {
      throw new CommandFailure(
          "what arrived over TCP is not what was sent (%d of %d bytes); please report this"
              .formatted(transfer.received(), CHECKED_BYTES));
    }
    return HexFormat.of().formatHex(digests[0], 0, SHOWN_DIGEST_BYTES) + "...";
  }

  private static String throughput(Stage stage, Narrator narrator) throws InterruptedException {
    Transfer transfer = Transfer.plain();
    long startNs = System.nanoTime();
    run(
        stage,
        narrator,
        transfer,
        Long.MAX_VALUE,
        _ -> System.nanoTime() - startNs < MEASURED_NS,
        () -> (double) (System.nanoTime() - startNs) / MEASURED_NS);
    double seconds = (System.nanoTime() - startNs) / 1e9;
    return String.format(
        Locale.ROOT,
        "%.2f Gbit/s, one TCP stream (%s)",
        transfer.received() * 8 / seconds / 1e9,
        Quantities.bytes(transfer.received()));
  }

  private static byte[][] run(
      Stage stage,
      Narrator narrator,
      Transfer transfer,
      long limit,
      LongPredicate more,
      DoubleSupplier done)
      throws InterruptedException {
    InetAddress target = stage.right().address4();
    ServerSocketChannel server = stage.rightSpace().call(() -> Transfer.listen(target));
    Future<byte[]> receiver = stage.rightSpace().submit(() -> transfer.receive(server));
    Future<byte[]> sender = stage.leftSpace().submit(() -> transfer.send(target, limit, more));
    long before = 0;
    long stalledSinceNs = System.nanoTime();
    while (!receiver.isDone() && !(sender.isDone() && sender.state() == Future.State.FAILED)) {
      narrator.progress(done.getAsDouble(), transfer.received());
      Thread.sleep(POLL_MS);
      if (transfer.received() != before) {
        before = transfer.received();
        stalledSinceNs = System.nanoTime();
      } else if (System.nanoTime() - stalledSinceNs > STALL_TIMEOUT_NS) {
        throw new CommandFailure(
            "TCP stands still after " + Quantities.bytes(before) + "; run it again with --debug");
      }
    }
    narrator.endProgress();
    return new byte[][] {NetworkSpace.result(sender), NetworkSpace.result(receiver)};
  }

  private static void verifyNothingIsLeft(Stage stage, Narrator narrator)
      throws IOException, InterruptedException {
    long deadlineNs = System.nanoTime() + LEFTOVER_TIMEOUT_NS;
    List<String> found = stage.leftovers();
    while (!found.isEmpty()) {
      if (deadlineNs - System.nanoTime() < 0) {
        throw new CommandFailure(
            "left behind: " + String.join(", ", found) + "; please report this");
      }
      Thread.sleep(POLL_MS);
      found = stage.leftovers();
    }
    narrator.done("cleaned up", "no process, namespace, device or file is left");
  }
}
