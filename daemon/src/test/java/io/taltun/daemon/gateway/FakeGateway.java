package io.taltun.daemon.gateway;

import io.taltun.config.Diff;
import io.taltun.config.Offload;
import io.taltun.config.Offloads;
import io.taltun.config.TaltunConfig;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.control.PeerListener;
import io.taltun.daemon.health.Health;
import io.taltun.daemon.why.Explanation;
import io.taltun.daemon.why.PeerFacts;
import io.taltun.daemon.why.RouteFacts;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A gateway without a data path, with one peer of every kind. */
public final class FakeGateway implements Gateway {
  public static final String OFFICE = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
  public static final String PHONE = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";
  public static final long HANDSHAKE_NS = 1_763_712_000_123_456_789L;

  public final CountDownLatch stopRequested = new CountDownLatch(1);
  public volatile boolean silent;
  public volatile boolean closed;
  public volatile Health health = Health.WELL;
  public volatile String failure;
  public volatile boolean deviceDeleted;

  /** What was asked for, in its order. */
  public final List<DeviceChange> changes = new CopyOnWriteArrayList<>();

  /** Who was to hear of peers. */
  public final List<PeerListener> listeners = new CopyOnWriteArrayList<>();

  /** With which every change is refused; 0 for none is. */
  public volatile int refusal;

  /** Of the peer {@link #PHONE}. */
  public volatile List<String> prefixes = List.of("fd99::3/128");

  /** What it was started with, or took since; null for a device that wg configures. */
  public volatile TaltunConfig config;

  /** Why the machine refuses a change of the configuration; null for taking it. */
  public volatile String obstacle;

  /** Whether a change takes a moment. */
  public volatile boolean late;

  private volatile long denied;
  private volatile FeatureState udpGso = FeatureState.ON;
  private final String name;
  private final PrivateKey privateKey =
      PrivateKey.ofBase64("yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=");
  private final PresharedKey presharedKey =
      PresharedKey.ofBase64("FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=");

  /** Packets of the peer {@link #PHONE} that its access rules did not allow. */
  public void denyToPhone(long packets) {
    denied = packets;
  }

  public FakeGateway(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public GatewayStatus status() {
    if (silent) {
      throw new IllegalStateException("the control thread does not answer");
    }
    PeerStatus office =
        new PeerStatus(
            "office",
            OFFICE,
            true,
            "online",
            "203.0.113.5:51820",
            "direct",
            List.of("10.99.0.2/32", "192.168.50.0/24"),
            HANDSHAKE_NS,
            1_572_864,
            2048,
            25,
            0,
            1000,
            0,
            12_345_678L,
            0.015);
    PeerStatus phone =
        new PeerStatus(
            "phone", PHONE, false, "idle", null, null, prefixes, 0, 0, 0, 0, denied, 0, 0, null,
            null);
    return new GatewayStatus(
        name,
        privateKey.publicKey(Primitives.best().x25519()).toBase64(),
        51_820,
        0xca6c,
        1420,
        List.of("10.99.0.1/24", "fd99::1/64"),
        3725,
        runtime().now(),
        List.of(office, phone),
        Map.of("replay", 3L),
        Map.of("handshakes", 1L));
  }

  @Override
  public GatewayInfo info() {
    return runtime().info();
  }

  /** Two workers of which one offload fell back, one never was there and one is switched off. */
  private RuntimeModes runtime() {
    Offloads offloads =
        new Offloads(Offload.AUTO, Offload.AUTO, Offload.OFF, Offload.AUTO, Offload.AUTO);
    Map<KernelOffload, FeatureState> live =
        Map.of(
            KernelOffload.TUN_TSO,
            FeatureState.ON,
            KernelOffload.TUN_USO,
            FeatureState.unavailable("invalid argument"),
            KernelOffload.UDP_GSO,
            udpGso,
            KernelOffload.UDP_GRO,
            FeatureState.ON);
    return new RuntimeModes(
        new WorkerPlan(WorkerMode.PINNED, List.of(0, 1)),
        offloads,
        "aead=libcrypto",
        "libcrypto/split",
        () -> Map.of("udp-ipv6", "on"),
        () -> live);
  }

  /** As a kernel does that takes no more messages of several datagrams. */
  public void fallBackFromUdpGso() {
    udpGso = FeatureState.fallenBack("input/output error");
  }

  @Override
  public Telemetry telemetry() {
    return new FakeTelemetry(name);
  }

  @Override
  public void listen(PeerListener listener) {
    listeners.add(listener);
  }

  @Override
  public Explanation why(InetAddress address) {
    return Explanation.of(
        RouteFacts.text(address),
        name,
        true,
        false,
        new RouteFacts("unicast", name, null, "10.99.0.1"),
        new PeerFacts(
            "office",
            OFFICE,
            "192.168.50.0/24",
            "online",
            "203.0.113.5:51820",
            null,
            true,
            62L,
            3L,
            4L,
            0,
            null,
            0),
        Map.of("no_route", 2L));
  }

  @Override
  public List<String> dump() {
    return List.of("nothing inside");
  }

  @Override
  public Health health() {
    return health;
  }

  @Override
  public void onHealth(Consumer<Health> listener) {
    listener.accept(health);
  }

  @Override
  public GatewaySecrets secrets() {
    byte[] raw = privateKey.copyBytes();
    return new CopiedSecrets(PrivateKey.of(raw), Map.of(OFFICE, presharedKey.copy()));
  }

  public PrivateKey privateKey() {
    return privateKey;
  }

  public PresharedKey presharedKey(String publicKey) {
    return publicKey.equals(OFFICE) ? presharedKey : PresharedKey.none();
  }

  @Override
  public void apply(DeviceChange change) throws DeviceChangeException {
    if (refusal != 0) {
      throw new DeviceChangeException(refusal, "refused by a test");
    }
    changes.add(change);
  }

  private static <T> CompletableFuture<T> late(T value) {
    return CompletableFuture.supplyAsync(
        () -> value, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS));
  }

  @Override
  public CompletableFuture<Diff> reconfigure(ConfigTarget target, boolean dryRun) {
    TaltunConfig running = config;
    if (running == null) {
      return Gateway.super.reconfigure(target, dryRun);
    }
    try {
      TaltunConfig wanted = target.from(running);
      if (obstacle != null) {
        throw ReconfigureException.failed(obstacle, null);
      }
      if (!dryRun) {
        config = wanted;
      }
      CompletableFuture<Diff> done =
          CompletableFuture.completedFuture(Diff.between(running, running, wanted));
      return late ? done.thenCompose(FakeGateway::late) : done;
    } catch (ReconfigureException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public List<KernelRoute> routes() {
    return List.of(new KernelRoute("192.168.50.0/24", 254));
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
  public boolean deviceDeleted() {
    return deviceDeleted;
  }

  @Override
  public void close() {
    closed = true;
  }
}
