package io.taltun.daemon.gateway;

import io.taltun.config.Diff;
import io.taltun.config.TaltunConfig;
import io.taltun.daemon.control.PeerListener;
import io.taltun.daemon.health.Health;
import io.taltun.daemon.takeover.Giver;
import io.taltun.daemon.why.Explanation;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** One running gateway as the rest of the process sees it. Every method is safe on any thread. */
public interface Gateway extends AutoCloseable {
  /** The device's name. */
  String name();

  /** A snapshot; blocks for at most one second. */
  GatewayStatus status();

  /** What runs, and how; an offload may fall back while the gateway lives. */
  GatewayInfo info();

  /** What is counted and measured; never blocks. */
  Telemetry telemetry();

  /**
   * Tells a listener of the peers that are there and of all that come and go from then on; returns
   * at once.
   */
  void listen(PeerListener listener);

  /** What becomes of packets to an address; blocks for at most one second. */
  Explanation why(InetAddress address);

  /** What only a developer wants to know of the inside, a line each; no secret. */
  List<String> dump();

  /** Whether its threads make progress, at most a second old; never blocks. */
  Health health();

  /**
   * Tells of the health once a second while the gateway's heartbeat lives: a watchdog that is fed
   * from here starves with it.
   *
   * @param listener must not block for long
   */
  void onHealth(Consumer<Health> listener);

  /** Only for the UAPI, whose socket is root's. A snapshot, the caller's to close. */
  GatewaySecrets secrets();

  /**
   * Makes a change as a whole; returns when it is in force.
   *
   * @param change whose keys are the gateway's from then on
   */
  void apply(DeviceChange change) throws DeviceChangeException;

  /** What another process can take the gateway over from; null when none can. */
  default Giver giver() {
    return null;
  }

  /**
   * Another process has the gateway: {@link #awaitStop} returns, and {@link #close} does nothing.
   */
  default void givenAway() {}

  /** Whether {@link #givenAway} was called. */
  default boolean isGivenAway() {
    return false;
  }

  /**
   * The process serves its sockets. Only of a gateway that was taken over is something left to do.
   */
  default void serving() {}

  /**
   * Becomes what a configuration says, as a whole or not at all; one such change is made at a time.
   *
   * @param dryRun only finds out what would change
   * @return always completed; exceptionally with {@link ReconfigureException} when nothing changed
   */
  default CompletableFuture<Diff> reconfigure(ConfigTarget target, boolean dryRun) {
    return CompletableFuture.failedFuture(
        ReconfigureException.failed(
            name() + " has no configuration file; change it with 'wg set'", null));
  }

  /**
   * Has a part of the process told of each configuration that is taken from now on.
   *
   * @param follower called on the thread that makes the changes; the configuration is lent, its
   *     keys are closed afterwards
   */
  default void onReconfigured(Consumer<TaltunConfig> follower) {}

  /** The kernel routes that it has set, in the order in which they came. */
  default List<KernelRoute> routes() {
    return List.of();
  }

  /** Asks for the end and returns at once; whoever waits in {@link #awaitStop} then closes. */
  void requestStop();

  /**
   * Waits until {@link #requestStop} was called or the gateway cannot go on.
   *
   * @return null when the stop was asked for, otherwise one line that says what broke
   */
  String awaitStop() throws InterruptedException;

  /** Whether the end that {@link #awaitStop} tells of came with the device's deletion. */
  boolean deviceDeleted();

  /** Takes addresses, routes, sockets and the device away; harmless when done before. */
  @Override
  void close();
}
