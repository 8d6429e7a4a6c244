package io.taltun.daemon.gateway;

import io.taltun.config.Diff;
import io.taltun.config.IpPrefix;
import io.taltun.config.TaltunConfig;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.control.Control;
import io.taltun.daemon.control.PeerListener;
import io.taltun.daemon.control.PeerSnapshot;
import io.taltun.daemon.health.Health;
import io.taltun.daemon.takeover.Giver;
import io.taltun.daemon.why.Explanation;
import io.taltun.daemon.why.PeerFacts;
import io.taltun.dataplane.os.Errno;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway that is up. Any thread asks; whoever started it closes it. */
final class RunningGateway implements Gateway {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  private final String name;
  private final List<IpPrefix> addresses;
  private final RuntimeModes modes;
  private final Control control;
  private final LiveDevice device;
  private final LiveTelemetry telemetry;
  private final Unwinding unwinding;
  private final long startedNs = System.nanoTime();
  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  // Written by the starter, before others see the gateway.
  private LiveGiver giver;
  private Runnable serving = () -> {};

  // Written once, by the takeover's thread, before the latch opens.
  private volatile boolean givenAway;
  // Written once, by the starter, before anybody else has the gateway; null for a bare device.
  private volatile Reconfigurer reconfigurer;

  // Written once, by whoever found the gateway broken, before the latch opens.
  private volatile String failure;
  private volatile boolean deviceDeleted;

  /**
   * @param addresses of the device
   * @param unwinding takes everything back
   */
  RunningGateway(
      String name,
      List<IpPrefix> addresses,
      RuntimeModes modes,
      Control control,
      LiveDevice device,
      LiveTelemetry telemetry,
      Unwinding unwinding) {
    this.name = name;
    this.addresses = List.copyOf(addresses);
    this.modes = modes;
    this.control = control;
    this.device = device;
    this.telemetry = telemetry;
    this.unwinding = unwinding;
  }

  /** Others may take it over from now on. */
  void giveBy(LiveGiver giver) {
    this.giver = giver;
  }

  /** What is left to do once the process serves its sockets. */
  void onServing(Runnable serving) {
    this.serving = serving;
  }

  @Override
  public Giver giver() {
    return giver;
  }

  @Override
  public void givenAway() {
    givenAway = true;
    stopRequested.countDown();
  }

  @Override
  public boolean isGivenAway() {
    return givenAway;
  }

  @Override
  public void serving() {
    serving.run();
  }

  @Override
  public String name() {
    return name;
  }

  /** What only the control thread can tell. */
  private record Snapshot(
      PublicKey publicKey,
      int listenPort,
      long fwmark,
      int mtu,
      List<PeerSnapshot> peers,
      Map<String, Long> drops) {}

  @Override
  public GatewayStatus status() {
    Snapshot now =
        ask(
            () ->
                new Snapshot(
                    control.publicKey(),
                    device.listenPort(),
                    device.fwmark(),
                    device.mtu(),
                    control.peers(),
                    control.drops()));
    return new GatewayStatus(
        name,
        now.publicKey == null ? null : now.publicKey.toBase64(),
        now.listenPort,
        now.fwmark,
        now.mtu,
        texts(currentAddresses()),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNs),
        modes.now(),
        now.peers.stream().map(RunningGateway::status).toList(),
        now.drops,
        control.counters());
  }

  private <T> T ask(Callable<T> question) {
    try {
      return control.call(question);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted");
    } catch (TimeoutException | ExecutionException e) {
      throw new IllegalStateException("the control thread does not answer", e);
    }
  }

  private static PeerStatus status(PeerSnapshot peer) {
    return new PeerStatus(
        peer.name(),
        peer.publicKey().toBase64(),
        peer.presharedKey(),
        peer.state().name().toLowerCase(Locale.ROOT),
        peer.endpoint() == null ? null : peer.endpoint().toString(),
        peer.endpoint() == null ? null : "direct",
        texts(peer.allowedIps()),
        peer.lastHandshakeEpochNs(),
        peer.receivedBytes(),
        peer.sentBytes(),
        peer.persistentKeepalive().toSeconds(),
        peer.deniedPackets(),
        peer.receivedPerSecond(),
        peer.sentPerSecond(),
        peer.roundTripNs() < 0 ? null : peer.roundTripNs(),
        peer.receiveLoss());
  }

  private static List<String> texts(List<IpPrefix> prefixes) {
    return prefixes.stream().map(IpPrefix::toString).toList();
  }

  @Override
  public GatewayInfo info() {
    return modes.info();
  }

  @Override
  public Telemetry telemetry() {
    return telemetry;
  }

  @Override
  public Health health() {
    return telemetry.health();
  }

  @Override
  public void onHealth(Consumer<Health> listener) {
    telemetry.heartbeat().listen(listener);
  }

  @Override
  public GatewaySecrets secrets() {
    return ask(() -> new CopiedSecrets(control.copyPrivateKey(), control.copyPresharedKeys()));
  }

  @Override
  public void apply(DeviceChange change) throws DeviceChangeException {
    try {
      // Without a time limit: a change that came too late would still be made.
      control.submit(() -> applied(change)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof DeviceChangeException refused) {
        throw new DeviceChangeException(refused.errno(), refused.getMessage());
      }
      LOG.error("a change was not made", e.getCause());
      throw new DeviceChangeException(Errno.EIO, "the change was not made: " + e.getCause());
    } finally {
      eraseKeys(change);
    }
  }

  /** Lets it be reconfigured from now on, until it is closed. */
  void reconfigurable(DeviceNetwork network, TaltunConfig started) {
    reconfigurer = new Reconfigurer(control, device, network, started);
    unwinding.add("the reloads", reconfigurer::stop);
  }

  @Override
  public CompletableFuture<Diff> reconfigure(ConfigTarget target, boolean dryRun) {
    return reconfigurer == null
        ? Gateway.super.reconfigure(target, dryRun)
        : counted(reconfigurer.submit(target, dryRun), dryRun);
  }

  private CompletableFuture<Diff> counted(CompletableFuture<Diff> change, boolean dryRun) {
    if (!dryRun) {
      change.whenComplete(
          (_, refused) -> {
            if (refused == null) {
              telemetry.configuration().reloaded();
            } else {
              telemetry.configuration().refused();
            }
          });
    }
    return change;
  }

  @Override
  public void onReconfigured(Consumer<TaltunConfig> follower) {
    if (reconfigurer != null) {
      reconfigurer.follow(follower);
    }
  }

  @Override
  public List<KernelRoute> routes() {
    return reconfigurer == null ? List.of() : reconfigurer.routes();
  }

  private Void applied(DeviceChange change) throws DeviceChangeException {
    device.apply(change);
    return null;
  }

  private static void eraseKeys(DeviceChange change) {
    if (change.privateKey() != null) {
      change.privateKey().close();
    }
    for (PeerChange peer : change.peers()) {
      if (peer.presharedKey() != null) {
        peer.presharedKey().close();
      }
    }
  }

  @Override
  public void listen(PeerListener listener) {
    control.submit(
        () -> {
          control.listen(listener);
          return null;
        });
  }

  private List<IpPrefix> currentAddresses() {
    return reconfigurer == null ? addresses : reconfigurer.last().iface().addresses();
  }

  private record Destination(boolean linkUp, PeerFacts peer, Map<String, Long> drops) {}

  @Override
  public Explanation why(InetAddress address) {
    Destination now =
        ask(() -> new Destination(device.isUp(), control.destination(address), control.drops()));
    return Explainer.explain(address, name, now.linkUp, currentAddresses(), now.peer, now.drops);
  }

  @Override
  public List<String> dump() {
    return ask(control::dump);
  }

  /** Ends the gateway with a reason: it cannot go on. */
  void fail(String why) {
    failure = why;
    stopRequested.countDown();
  }

  /** The same, because the device is gone. */
  void failWithoutDevice(String why) {
    deviceDeleted = true;
    fail(why);
  }

  @Override
  public boolean deviceDeleted() {
    return deviceDeleted;
  }

  @Override
  public void requestStop() {
    stopRequested.countDown();
  }

  @Override
  public String awaitStop() throws InterruptedException {
    stopRequested.await();
    return failure;
  }

  @Override
  public void close() {
    if (giver != null && giver.committed()) {
      // What there is to take back is another process's.
      return;
    }
    if (closed.compareAndSet(false, true)) {
      unwinding.close();
    }
  }
}
