package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.AccessRules;
import io.taltun.config.HostPort;
import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.udp.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The test's thread is the control thread; there are no workers. */
class ConfiguredPeersTest {
  private static final AccessRules LAN_ONLY = new AccessRules(List.of(), List.of(), false);
  private static final PublicKey ANN = IdleControl.key(1);
  private static final PublicKey BEN = IdleControl.key(2);
  private static final HostPort PLACE = new HostPort("192.0.2.1", 51820);
  private static final Endpoint SEEN = Endpoint.ofIpv4(0xc633_6407, 4000);
  private static final Duration OFF = Duration.ZERO;

  private final IdleControl idle = new IdleControl();
  private final SplittableRandom random = idle.random;
  private final PeerTable peers = idle.peers;
  private final ForwardingTables tables = idle.tables;
  private final Control control = idle.control;

  ConfiguredPeersTest() throws Exception {}

  @AfterEach
  void free() {
    idle.close();
  }

  private static PeerConfig peer(PublicKey key, String name, HostPort endpoint, String... ips) {
    return new PeerConfig(
        name,
        key,
        PresharedKey.none(),
        endpoint,
        List.of(ips).stream().map(IpPrefix::parse).toList(),
        OFF,
        AccessRules.NONE);
  }

  private void configure(PeerConfig... wanted) {
    control.configure(null, List.of(wanted), Map.of());
  }

  private Peer owner(int address) {
    return tables.allowedIps().lookupIpv4(address);
  }

  /** Where a peer was heard, as when an authentic packet came from there. */
  private void hear(PublicKey key) {
    DeviceEdit edit = control.edit();
    edit.endpoint(key, SEEN);
    control.commit(edit);
  }

  @Test
  void shouldKeepWhereAPeerWasHeardWhenTheFileSaysTheSame() {
    configure(peer(ANN, "ann", PLACE, "10.1.0.0/16"));
    Peer before = owner(0x0a01_0001);
    hear(ANN);
    configure(peer(ANN, "anna", PLACE, "10.1.0.0/16"), peer(BEN, "ben", null, "10.2.0.0/16"));
    assertThat(owner(0x0a01_0001)).isSameAs(before);
    assertThat(before.endpoint()).isEqualTo(SEEN);
    assertThat(control.peers()).extracting(PeerSnapshot::name).containsExactly("anna", "ben");
  }

  @Test
  void shouldMoveAPeerWhenTheFileNamesAnotherEndpoint() {
    configure(peer(ANN, "ann", PLACE));
    hear(ANN);
    configure(peer(ANN, "ann", new HostPort("192.0.2.9", 1)));
    assertThat(control.peers().getFirst().endpoint()).isEqualTo(Endpoint.ofIpv4(0xc000_0209, 1));
    hear(ANN);
    configure(peer(ANN, "ann", null));
    assertThat(control.peers().getFirst().endpoint()).as("nothing is said").isEqualTo(SEEN);
    assertThat(control.configuration().getFirst().endpoint()).isNull();
  }

  @Test
  void shouldTakeBackWhatWasChangedByOtherWays() {
    configure(peer(ANN, "ann", PLACE, "10.1.0.0/16"));
    DeviceEdit edit = control.edit();
    edit.add(BEN);
    edit.addPrefix(BEN, IpPrefix.parse("10.1.0.0/16"));
    edit.persistentKeepalive(ANN, 5_000_000_000L);
    control.commit(edit);
    configure(peer(ANN, "ann", PLACE, "10.1.0.0/16"));
    assertThat(control.peers()).hasSize(1);
    assertThat(control.peers().getFirst().persistentKeepalive()).isZero();
    assertThat(owner(0x0a01_0001)).isSameAs(peers.byKey(ANN).peer());
  }

  @Test
  void shouldStopAskingForANameThatIsNoLongerThePeers() {
    configure(peer(ANN, "ann", new HostPort("nowhere.invalid", 1)));
    NamedEndpoint first = peers.byKey(ANN).namedEndpoint();
    assertThat(first.wanted()).isTrue();
    configure(peer(ANN, "ann", new HostPort("elsewhere.invalid", 1)));
    assertThat(first.wanted()).isFalse();
    NamedEndpoint second = peers.byKey(ANN).namedEndpoint();
    assertThat(second.name().host()).isEqualTo("elsewhere.invalid");
    configure();
    assertThat(second.wanted()).isFalse();
  }

  @Test
  void shouldTakeANameThatIsKnownAlready() {
    HostPort named = new HostPort("ann.invalid", 1);
    control.configure(null, List.of(peer(ANN, "ann", named)), Map.of(named, SEEN));
    assertThat(control.peers().getFirst().endpoint()).isEqualTo(SEEN);
    assertThat(peers.byKey(ANN).namedEndpoint()).isNotNull();
  }

  /** Trap 25: sessions of the key before are gone, and the peers stay. */
  @Test
  void shouldChangeTheOwnKeyBesideThePeers() {
    try (PrivateKey key = PrivateKey.generate(random)) {
      control.configure(
          new StaticIdentity(key, IdleControl.PRIMITIVES),
          List.of(peer(ANN, "ann", PLACE, "10.1.0.0/16")),
          Map.of());
      assertThat(control.publicKey()).isEqualTo(key.publicKey(IdleControl.PRIMITIVES.x25519()));
      configure(peer(ANN, "ann", PLACE, "10.1.0.0/16"));
      assertThat(control.publicKey()).as("kept").isNotNull();
    }
  }

  /** Trap 2, and: whatever was before, what is wanted comes of it; who stays is not made anew. */
  @Test
  void shouldEndWithWhatIsWantedWhateverWasBefore() {
    long seed = System.nanoTime();
    SplittableRandom choice = new SplittableRandom(seed);
    Map<PublicKey, Peer> before = new HashMap<>();
    for (int round = 0; round < 200; round++) {
      List<PeerConfig> wanted = randomPeers(choice);
      control.configure(null, wanted, Map.of());
      assertThat(comparable(control.configuration()))
          .as("seed %d round %d", seed, round)
          .isEqualTo(comparable(wanted));
      Map<PublicKey, Peer> after = new HashMap<>();
      for (PeerConfig peer : wanted) {
        Peer now = peers.byKey(peer.publicKey()).peer();
        after.put(peer.publicKey(), now);
        Peer old = before.get(peer.publicKey());
        assertThat(old == null || old == now).as("seed %d round %d", seed, round).isTrue();
        for (IpPrefix prefix : peer.allowedIps()) {
          byte[] raw = prefix.address().getAddress();
          assertThat(owner(raw[0] << 24 | raw[1] << 16 | raw[2] << 8))
              .as("seed %d round %d %s", seed, round, prefix)
              .isSameAs(now);
        }
      }
      before = after;
    }
  }

  private static List<Object> comparable(List<PeerConfig> peers) {
    return peers.stream()
        .map(
            it ->
                (Object)
                    List.of(
                        it.publicKey(),
                        it.name(),
                        it.presharedKey(),
                        "" + it.endpoint(),
                        Set.copyOf(it.allowedIps()),
                        it.persistentKeepalive()))
        .toList();
  }

  /** Some of eight peers in any order, and ten prefixes among them. */
  private static List<PeerConfig> randomPeers(SplittableRandom random) {
    Map<Integer, List<IpPrefix>> prefixes = new LinkedHashMap<>();
    List<Integer> keys = new ArrayList<>(IntStream.range(1, 9).boxed().toList());
    for (int count = random.nextInt(8); count > 0; count--) {
      prefixes.put(keys.remove(random.nextInt(keys.size())), new ArrayList<>());
    }
    List<List<IpPrefix>> owners = List.copyOf(prefixes.values());
    for (int i = 0; i < 10 && !owners.isEmpty(); i++) {
      if (random.nextBoolean()) {
        owners.get(random.nextInt(owners.size())).add(IpPrefix.parse("10." + i + ".0.0/24"));
      }
    }
    List<PeerConfig> peers = new ArrayList<>();
    prefixes.forEach(
        (key, of) ->
            peers.add(
                new PeerConfig(
                    "p" + key + random.nextInt(2),
                    IdleControl.key(key),
                    random.nextBoolean()
                        ? PresharedKey.none()
                        : PresharedKey.generate(new SplittableRandom(random.nextInt(2))),
                    random.nextBoolean() ? null : new HostPort("192.0.2.1", random.nextInt(1, 3)),
                    of,
                    Duration.ofSeconds(random.nextInt(2)),
                    random.nextBoolean() ? AccessRules.NONE : LAN_ONLY)));
    return peers;
  }

  @Test
  void shouldKeepRulesOfAPeerThatIsAwayUntilAFileDoesNotNameIt() {
    PeerConfig ann =
        new PeerConfig("ann", ANN, PresharedKey.none(), null, List.of(), OFF, LAN_ONLY);
    configure(ann);
    DeviceEdit edit = control.edit();
    edit.remove(ANN);
    control.commit(edit);

    configure(peer(BEN, "ben", null)); // as a request does that adds ben
    assertThat(peers.access(ANN)).isEqualTo(LAN_ONLY);

    control.forgetOthers(List.of(peer(BEN, "ben", null)));
    assertThat(peers.access(ANN)).isEqualTo(AccessRules.NONE);
  }
}
