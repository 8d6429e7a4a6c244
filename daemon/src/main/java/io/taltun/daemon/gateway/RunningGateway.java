package io.taltun.daemon.gateway;

import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.control.Control;
import io.taltun.daemon.control.PeerSnapshot;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** A gateway that is up. Any thread asks; whoever started it closes it. */
final class RunningGateway implements Gateway, GatewaySecrets {
  private final TaltunConfig config;
  private final PublicKey publicKey;
  private final int listenPort;
  private final long fwmark;
  private final int mtu;
  private final RuntimeModes modes;
  private final Control control;
  private final Unwinding unwinding;
  private final Map<String, PresharedKey> presharedKeys;
  private final long startedNs = System.nanoTime();
  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  // Written once, by whoever found the gateway broken, before the latch opens.
  private volatile String failure;

  /**
   * @param fwmark in use, which policy routing may have chosen
   * @param unwinding takes everything back
   */
  RunningGateway(
      TaltunConfig config,
      PublicKey publicKey,
      int listenPort,
      long fwmark,
      int mtu,
      RuntimeModes modes,
      Control control,
      Unwinding unwinding) {
    this.config = config;
    this.publicKey = publicKey;
    this.listenPort = listenPort;
    this.fwmark = fwmark;
    this.mtu = mtu;
    this.modes = modes;
    this.control = control;
    this.unwinding = unwinding;
    presharedKeys =
        config.peers().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    peer -> peer.publicKey().toBase64(), PeerConfig::presharedKey));
  }

  @Override
  public String name() {
    return config.iface().name();
  }

  @Override
  public GatewayStatus status() {
    try {
      return new GatewayStatus(
          name(),
          publicKey.toBase64(),
          listenPort,
          fwmark,
          mtu,
          texts(config.iface().addresses()),
          TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNs),
          modes.now(),
          control.peers().stream().map(RunningGateway::status).toList(),
          control.drops(),
          control.counters());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted");
    } catch (TimeoutException | ExecutionException e) {
      throw new IllegalStateException("the control thread does not answer", e);
    }
  }

  private static PeerStatus status(PeerSnapshot peer) {
    PeerConfig config = peer.config();
    return new PeerStatus(
        config.name(),
        config.publicKey().toBase64(),
        !config.presharedKey().isNone(),
        peer.state().name().toLowerCase(Locale.ROOT),
        peer.endpoint() == null ? null : peer.endpoint().toString(),
        peer.endpoint() == null ? null : "direct",
        texts(config.allowedIps()),
        peer.lastHandshakeEpochNs(),
        peer.receivedBytes(),
        peer.sentBytes(),
        config.persistentKeepalive().toSeconds());
  }

  private static List<String> texts(List<IpPrefix> prefixes) {
    return prefixes.stream().map(IpPrefix::toString).toList();
  }

  @Override
  public GatewayInfo info() {
    return modes.info();
  }

  @Override
  public GatewaySecrets secrets() {
    return this;
  }

  @Override
  public PrivateKey privateKey() {
    return config.iface().privateKey();
  }

  @Override
  public PresharedKey presharedKey(String publicKey) {
    return presharedKeys.getOrDefault(publicKey, PresharedKey.none());
  }

  /** Ends the gateway with a reason: it cannot go on. */
  void fail(String why) {
    failure = why;
    stopRequested.countDown();
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
    if (closed.compareAndSet(false, true)) {
      unwinding.close();
    }
  }
}
