package io.taltun.daemon.gateway;

import io.taltun.config.Diff;
import io.taltun.config.HostPort;
import io.taltun.config.InterfaceConfig;
import io.taltun.config.Mtu;
import io.taltun.config.PeerConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.daemon.control.Control;
import io.taltun.daemon.control.EndpointResolver;
import io.taltun.daemon.netlink.NetworkPlan;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.udp.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a running gateway what a configuration says, as a whole or not at all: one change at a
 * time, on a thread of its own, which reads files and waits for names so that no other does. Any
 * thread asks.
 *
 * <p>The order loses no packet of peers that stay: what is new comes first, in the kernel and then,
 * all peers at once, on the workers; only then the old goes. When a step fails those before it are
 * taken back.
 */
final class Reconfigurer {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  /** How long a change that turns the default route waits for its peers' names, as a start does. */
  private static final Duration NAMES_WITHIN = Duration.ofSeconds(5);

  private static final long END_WITHIN_S = 5;

  private final Control control;
  private final LiveDevice device;
  private final DeviceNetwork network;
  private final TaltunConfig started;
  private final List<Consumer<TaltunConfig>> followers = new CopyOnWriteArrayList<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("taltun-reload").factory());

  // Written by the thread. Its keys may be closed: those in use are the control side's.
  private volatile TaltunConfig last;

  /**
   * @param started what the gateway was started with
   */
  Reconfigurer(Control control, LiveDevice device, DeviceNetwork network, TaltunConfig started) {
    this.control = control;
    this.device = device;
    this.network = network;
    this.started = started;
    this.last = started;
  }

  /** What was taken last; its keys may be closed. */
  TaltunConfig last() {
    return last;
  }

  /** What it has set in the kernel. */
  List<KernelRoute> routes() {
    return network.routes();
  }

  /** Calls {@code follower} after each change, on the thread, with a configuration that is lent. */
  void follow(Consumer<TaltunConfig> follower) {
    followers.add(follower);
  }

  /**
   * Changes the gateway.
   *
   * @param dryRun only finds out what would change
   * @return always completed: by the end, too; exceptionally with {@link ReconfigureException}
   */
  CompletableFuture<Diff> submit(ConfigTarget target, boolean dryRun) {
    Task task = new Task(target, dryRun, new CompletableFuture<>());
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      task.abandon();
    }
    return task.result;
  }

  private final class Task implements Runnable {
    private final ConfigTarget target;
    private final boolean dryRun;
    private final CompletableFuture<Diff> result;

    Task(ConfigTarget target, boolean dryRun, CompletableFuture<Diff> result) {
      this.target = target;
      this.dryRun = dryRun;
      this.result = result;
    }

    @Override
    public void run() {
      try {
        result.complete(change(target, dryRun));
      } catch (ReconfigureException e) {
        result.completeExceptionally(e);
      } catch (RuntimeException | Error e) {
        LOG.error("a change of the configuration broke off", e);
        result.completeExceptionally(ReconfigureException.failed("the change broke off: " + e, e));
      }
    }

    void abandon() {
      result.completeExceptionally(ReconfigureException.failed("the gateway is stopping", null));
    }
  }

  private Diff change(ConfigTarget target, boolean dryRun) throws ReconfigureException {
    TaltunConfig running = onControl(this::running);
    TaltunConfig wanted = null;
    try {
      wanted = target.from(running);
      if (!wanted.iface().name().equals(running.iface().name())) {
        throw ReconfigureException.invalid(
            "the file is that of %s, and this gateway is %s; a new name needs 'taltun down' and 'up'"
                .formatted(wanted.iface().name(), running.iface().name()),
            List.of());
      }
      Diff diff = Diff.between(running, started, wanted);
      if (!dryRun) {
        apply(running, wanted, target.isFile());
        last = wanted;
        tellFollowers(wanted);
      }
      return diff;
    } finally {
      eraseKeys(running);
      if (wanted != null) {
        eraseKeys(wanted);
      }
    }
  }

  private void tellFollowers(TaltunConfig taken) {
    for (Consumer<TaltunConfig> follower : followers) {
      try {
        follower.accept(taken);
      } catch (RuntimeException e) {
        LOG.error("a part of the gateway does not take its new configuration", e);
      }
    }
  }

  private static void eraseKeys(TaltunConfig config) {
    config.iface().privateKey().close();
    config.peers().forEach(peer -> peer.presharedKey().close());
  }

  /** The last configuration with what was changed since by other ways. Control thread. */
  private TaltunConfig running() {
    InterfaceConfig iface = last.iface();
    PrivateKey key = control.copyPrivateKey();
    int fwmark = (int) device.fwmark();
    return last.with(
        iface.with(
            key == null ? PrivateKey.of(new byte[PrivateKey.LENGTH]) : key,
            iface.listenPort() == 0 ? 0 : device.listenPort(),
            fwmark == network.fwmark() ? iface.fwmark() : fwmark,
            iface.routes()),
        control.configuration());
  }

  private void apply(TaltunConfig running, TaltunConfig wanted, boolean isFile)
      throws ReconfigureException {
    NetworkPlan before = network.plan();
    int markBefore = (int) device.fwmark();
    int planMarkBefore = network.fwmark();
    NetworkPlan plan = NetworkPlan.of(wanted.iface(), wanted.peers(), mtu(wanted.iface().mtu()));
    int mark;
    try {
      mark = network.chooseFwmark(plan);
    } catch (SystemCallException e) {
      throw ReconfigureException.failed(e.getMessage(), e);
    }
    // A name can be asked for no more once the default route leads into a tunnel that waits for it.
    Map<HostPort, Endpoint> known =
        plan.needsPolicyRouting()
            ? EndpointResolver.resolveNow(redirected(running, wanted), NAMES_WITHIN)
            : Map.of();
    // Unmarked datagrams follow a default route into the tunnel: the mark comes before that route
    // and goes after it.
    int markMeanwhile = mark == 0 ? markBefore : mark;
    mark(markMeanwhile);
    try {
      network.extend(plan, mark);
    } catch (SystemCallException e) {
      mark(markBefore);
      throw ReconfigureException.failed(e.getMessage(), e);
    }
    try {
      onControl(
          () -> {
            device.reconfigure(wanted, isFile, markMeanwhile, known);
            return null;
          });
    } catch (ReconfigureException e) {
      network.revert(before, planMarkBefore);
      mark(markBefore);
      throw e;
    }
    network.trim();
    mark(mark);
  }

  /** With {@code auto} what it is now: the watch over the paths changes it, if need be. */
  private int mtu(Mtu wanted) throws ReconfigureException {
    return wanted.isAuto() ? Math.max(onControl(device::mtu), Mtu.LEAST_IPV6) : wanted.bytes();
  }

  private static List<PeerConfig> redirected(TaltunConfig running, TaltunConfig wanted) {
    List<HostPort> present = running.peers().stream().map(PeerConfig::endpoint).toList();
    return wanted.peers().stream().filter(peer -> !present.contains(peer.endpoint())).toList();
  }

  private void mark(int fwmark) throws ReconfigureException {
    onControl(
        () -> {
          if ((int) device.fwmark() != fwmark) {
            device.mark(fwmark);
          }
          return null;
        });
  }

  /** Without a time limit: a change that came too late would still be made. */
  private <T> T onControl(Callable<T> task) throws ReconfigureException {
    try {
      return control.submit(task).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof DeviceChangeException refused) {
        throw ReconfigureException.failed(refused.getMessage(), refused);
      }
      throw ReconfigureException.failed(e.getCause().getMessage(), e.getCause());
    }
  }

  /** Waits for the change that is being made; later ones are refused. */
  void stop() throws InterruptedException {
    // The interrupt ends the wait for names.
    thread.shutdownNow().forEach(waiting -> ((Task) waiting).abandon());
    if (!thread.awaitTermination(END_WITHIN_S, TimeUnit.SECONDS)) {
      LOG.warn("a change of the configuration is still being made");
    }
  }
}
