package io.taltun.daemon.hook;

import io.taltun.config.HookCommand;
import io.taltun.config.HookEvent;
import io.taltun.config.Hooks;
import io.taltun.config.IpPrefix;
import io.taltun.daemon.control.PeerEvent;
import io.taltun.daemon.control.PeerListener;
import io.taltun.daemon.log.Facts;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A gateway's hooks. Those of the gateway itself are run while the caller waits; those of peers
 * later, one at a time for each peer and in the order of its events. Any thread.
 */
public final class GatewayHooks implements PeerListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("hook");

  /** Commands of different peers that run at once. */
  private static final int MOST_RUNNING = 8;

  /** Events that wait for their command: a gateway of 10,000 peers that starts has as many. */
  private static final int MOST_WAITING = 16_384;

  /** How long the end waits for peers' commands that run. */
  private static final long CLOSE_WITHIN_MS = 500;

  private final String device;
  private final KeyedQueue queue = new KeyedQueue(MOST_RUNNING, MOST_WAITING);

  // Written by whoever reads the configuration again.
  private volatile Hooks hooks;
  private volatile List<IpPrefix> addresses;

  // Written by the control thread: whether the latest event found room.
  private boolean full;

  /**
   * Hooks of one gateway.
   *
   * @param device its name
   * @param addresses of the device
   */
  public GatewayHooks(Hooks hooks, String device, List<IpPrefix> addresses) {
    this.hooks = hooks;
    this.device = device;
    this.addresses = List.copyOf(addresses);
  }

  /** Other commands and addresses, from the next event on. */
  public void change(Hooks newHooks, List<IpPrefix> newAddresses) {
    hooks = newHooks;
    addresses = List.copyOf(newAddresses);
  }

  /**
   * Runs the command of the gateway's own event and waits for its end.
   *
   * @param reason why, for the command; null for none
   * @return null when there is none or it succeeded, otherwise one line that says what happened
   */
  public String run(HookEvent event, String reason) throws InterruptedException {
    HookCommand command = hooks.at(event);
    if (command == null) {
      return null;
    }
    Map<String, String> variables = variables(event);
    variables.put("TALTUN_REASON", reason == null ? "" : reason);
    HookRun.Outcome outcome = HookRun.run(command.commandLine(), variables, hooks.timeout());
    tell(event, null, outcome);
    return outcome.ok() ? null : event.key() + ": " + outcome;
  }

  @Override
  public void onPeerEvent(PeerEvent peer) {
    HookEvent event = peer.online() ? HookEvent.PEER_ONLINE : HookEvent.PEER_OFFLINE;
    if (hooks.at(event) == null) {
      return;
    }
    boolean taken = queue.offer(peer.publicKey().toBase64(), () -> run(event, peer));
    if (!taken && !full) {
      LOG.warn(
          "{} events wait for their commands; more are not run until some have ended",
          MOST_WAITING);
    }
    full = !taken;
  }

  private void run(HookEvent event, PeerEvent peer) {
    Hooks now = hooks;
    HookCommand command = now.at(event);
    if (command == null) {
      return;
    }
    Map<String, String> variables = variables(event);
    variables.put("TALTUN_REASON", peer.reason().toString());
    variables.put("TALTUN_PEER", peer.name());
    variables.put("TALTUN_PEER_KEY", peer.publicKey().toBase64());
    variables.put("TALTUN_ENDPOINT", peer.endpoint() == null ? "" : peer.endpoint().toString());
    variables.put("TALTUN_ALLOWED_IPS", words(peer.allowedIps()));
    try {
      HookRun.Outcome outcome = HookRun.run(command.commandLine(), variables, now.timeout());
      tell(event, peer.name(), outcome);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Map<String, String> variables(HookEvent event) {
    Map<String, String> variables = new HashMap<>();
    variables.put("TALTUN_EVENT", event.toString());
    variables.put("TALTUN_INTERFACE", device);
    variables.put("TALTUN_ADDRESSES", words(addresses));
    return variables;
  }

  private static String words(Collection<IpPrefix> prefixes) {
    return prefixes.stream().map(IpPrefix::toString).collect(Collectors.joining(" "));
  }

  private static void tell(HookEvent event, String peer, HookRun.Outcome outcome) {
    String whose = peer == null ? "" : " for " + peer;
    Facts.of("hook")
        .with("hook", event.key())
        .with("peer", peer)
        .with("failure", outcome.failure())
        .with("output", outcome.ok() ? null : outcome.output())
        .log(
            LOG,
            outcome.ok() ? Level.DEBUG : Level.WARN,
            "{}{}: {}",
            event.key(),
            whose,
            outcome.ok() ? "done" : outcome);
  }

  /** Runs no more commands of peers, and gives those that run a moment. */
  @Override
  public void close() {
    try {
      queue.close(CLOSE_WITHIN_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
