package io.taltun.daemon.control;

import io.taltun.config.HostPort;
import io.taltun.config.PeerConfig;
import io.taltun.dataplane.udp.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns configured endpoints into addresses. An address is there at once; a name is asked for on a
 * thread of its own and again for ever, so that a name server that is down at boot does not stop
 * the start (trap 33).
 */
public final class EndpointResolver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("resolver");
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  /** Turns a host's name into an address. */
  @FunctionalInterface
  interface NameService {
    InetAddress ask(String host) throws UnknownHostException;
  }

  private final NameService names;
  private final Duration firstPause;

  // Written by close().
  private volatile boolean open = true;

  /** Asks as the system does. */
  EndpointResolver() {
    this(InetAddress::getByName, FIRST_PAUSE);
  }

  EndpointResolver(NameService names, Duration firstPause) {
    this.names = names;
    this.firstPause = firstPause;
  }

  /** The endpoint when the host is an address literal, or null when it is a name. */
  public static Endpoint literal(HostPort endpoint) {
    try {
      return Endpoint.of(
          new InetSocketAddress(InetAddress.ofLiteral(endpoint.host()), endpoint.port()));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * Asks for all names among the peers' endpoints, at once and each only once.
   *
   * @param within how long the answers are waited for
   * @return those that came in time
   */
  public static Map<HostPort, Endpoint> resolveNow(List<PeerConfig> peers, Duration within) {
    Map<HostPort, Endpoint> found = new ConcurrentHashMap<>();
    List<Thread> asking =
        peers.stream()
            .map(PeerConfig::endpoint)
            .filter(endpoint -> endpoint != null && literal(endpoint) == null)
            .distinct()
            .map(endpoint -> Thread.ofVirtual().start(() -> resolveOnce(endpoint, found)))
            .toList();
    long deadlineNs = System.nanoTime() + within.toNanos();
    try {
      for (Thread thread : asking) {
        thread.join(Duration.ofNanos(Math.max(1, deadlineNs - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Map.copyOf(found);
  }

  private static void resolveOnce(HostPort endpoint, Map<HostPort, Endpoint> found) {
    try {
      found.put(endpoint, new EndpointResolver().ask(endpoint));
    } catch (UnknownHostException e) {
      LOG.warn("endpoint {} does not resolve yet", endpoint.host());
    }
  }

  private Endpoint ask(HostPort endpoint) throws UnknownHostException {
    return Endpoint.of(new InetSocketAddress(names.ask(endpoint.host()), endpoint.port()));
  }

  /**
   * Asks for a name until there is an answer.
   *
   * @param wanted asked on the resolver's thread; once it says no, there is no answer
   * @param found called at most once, on the resolver's thread
   */
  void resolve(HostPort endpoint, BooleanSupplier wanted, Consumer<Endpoint> found) {
    Thread.ofVirtual()
        .name("taltun-resolver-" + endpoint.host())
        .start(() -> askUntilFound(endpoint, wanted, found));
  }

  /**
   * Asks for a name once.
   *
   * @param answer called once, on the resolver's thread; null when there is none
   */
  void lookUp(HostPort endpoint, Consumer<Endpoint> answer) {
    Thread.ofVirtual()
        .name("taltun-resolver-" + endpoint.host())
        .start(() -> answer.accept(lookUp(endpoint)));
  }

  private Endpoint lookUp(HostPort endpoint) {
    try {
      return ask(endpoint);
    } catch (UnknownHostException e) {
      LOG.debug("endpoint {} does not resolve", endpoint.host());
      return null;
    }
  }

  private void askUntilFound(HostPort endpoint, BooleanSupplier wanted, Consumer<Endpoint> found) {
    Duration pause = firstPause;
    while (open && wanted.getAsBoolean()) {
      try {
        found.accept(ask(endpoint));
        return;
      } catch (UnknownHostException e) {
        LOG.warn(
            "endpoint {} does not resolve; asking again in {} s",
            endpoint.host(),
            pause.toSeconds());
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        return;
      }
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
    }
  }

  /** Lets what still asks end at its next turn. */
  @Override
  public void close() {
    open = false;
  }
}
