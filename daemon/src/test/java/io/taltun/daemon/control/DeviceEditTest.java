package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.config.AccessRules;
import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.udp.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The test's thread is the control thread; there are no workers. */
class DeviceEditTest {
  private static final PublicKey ANN = IdleControl.key(1);
  private static final PublicKey BEN = IdleControl.key(2);
  private static final IpPrefix HOME = IpPrefix.parse("10.1.0.0/16");
  private static final IpPrefix WORK = IpPrefix.parse("fd01::/64");
  private static final Endpoint PLACE = Endpoint.ofIpv4(0xc000_0201, 51820);
  private static final long SECOND = 1_000_000_000;

  private final IdleControl idle = new IdleControl();
  private final SplittableRandom random = idle.random;
  private final PeerTable peers = idle.peers;
  private final ForwardingTables tables = idle.tables;
  private final Control control = idle.control;

  DeviceEditTest() throws Exception {}

  @AfterEach
  void free() {
    idle.close();
  }

  private void add(PublicKey key, IpPrefix... prefixes) {
    DeviceEdit edit = control.edit();
    edit.add(key);
    for (IpPrefix prefix : prefixes) {
      edit.addPrefix(key, prefix);
    }
    control.commit(edit);
  }

  private Peer homeOwner() {
    return tables.allowedIps().lookupIpv4(0x0a01_0203);
  }

  private Peer workOwner() {
    return tables.allowedIps().lookupIpv6(0xfd01L << 48, 5);
  }

  @Test
  void shouldMakeAPeerWithAllItsSettings() {
    DeviceEdit edit = control.edit();
    assertThat(edit.contains(ANN)).isFalse();
    assertThat(edit.add(ANN)).isTrue();
    try (PresharedKey key = PresharedKey.generate(random)) {
      edit.presharedKey(ANN, key);
    }
    edit.endpoint(ANN, PLACE);
    edit.persistentKeepalive(ANN, 25 * SECOND);
    edit.addPrefix(ANN, IpPrefix.parse("10.1.2.3/16"));
    assertThat(homeOwner()).as("before the commit").isNull();
    control.commit(edit);

    PeerSnapshot ann = control.peers().getFirst();
    assertThat(ann.name()).as("not in any file").isEqualTo(ANN.toString());
    assertThat(ann.publicKey()).isEqualTo(ANN);
    assertThat(ann.presharedKey()).isTrue();
    assertThat(ann.endpoint()).isEqualTo(PLACE);
    assertThat(ann.persistentKeepalive()).isEqualTo(Duration.ofSeconds(25));
    assertThat(ann.allowedIps()).containsExactly(HOME);
    assertThat(homeOwner()).isSameAs(peers.byKey(ANN).peer());
  }

  @Test
  void shouldKeepWhatIsNotSpokenOf() {
    shouldMakeAPeerWithAllItsSettings();
    Peer before = homeOwner();
    DeviceEdit edit = control.edit();
    edit.persistentKeepalive(ANN, 0);
    control.commit(edit);

    PeerSnapshot ann = control.peers().getFirst();
    assertThat(ann.persistentKeepalive()).isZero();
    assertThat(ann.presharedKey()).isTrue();
    assertThat(ann.endpoint()).isEqualTo(PLACE);
    assertThat(homeOwner()).isSameAs(before);
  }

  @Test
  void shouldMoveAPrefixWhenAnotherPeerGetsIt() {
    add(ANN, HOME, WORK);
    add(BEN, HOME);
    assertThat(control.peers())
        .extracting(PeerSnapshot::allowedIps)
        .containsExactly(List.of(WORK), List.of(HOME));
    DeviceEdit edit = control.edit();
    edit.removePrefix(ANN, HOME);
    edit.removePrefix(BEN, IpPrefix.parse("10.1.0.0/17"));
    control.commit(edit);
    assertThat(homeOwner()).as("it is not Ann's to lose").isSameAs(peers.byKey(BEN).peer());

    edit = control.edit();
    edit.removePrefix(BEN, HOME);
    edit.removePrefixes(ANN);
    control.commit(edit);
    assertThat(homeOwner()).isNull();
    assertThat(workOwner()).isNull();
  }

  /** Trap 2: each packet sees both moves or none, and somebody owns the prefix all the time. */
  @Test
  void shouldLeaveNoPrefixWithoutOwnerWhilePeersComeAndGo() throws InterruptedException {
    give(ANN, false);
    AtomicBoolean running = new AtomicBoolean(true);
    AtomicInteger wrong = new AtomicInteger();
    Thread worker =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (running.get()) {
                    AllowedIps<Peer> seen = tables.allowedIps();
                    Peer home = seen.lookupIpv4(0x0a01_0203);
                    if (home == null
                        || home != seen.lookupIpv6(0xfd01L << 48, 5)
                        || home.endpoint() == null) {
                      wrong.incrementAndGet();
                    }
                  }
                });
    for (int i = 0; i < 2000; i++) {
      give(i % 2 == 0 ? BEN : ANN, i % 3 == 0);
    }
    running.set(false);
    worker.join();
    assertThat(wrong).hasValue(0);
  }

  private void give(PublicKey to, boolean alone) {
    DeviceEdit edit = control.edit();
    if (alone) {
      edit.removeAll();
    }
    edit.add(to);
    edit.endpoint(to, PLACE);
    edit.addPrefix(to, HOME);
    edit.addPrefix(to, WORK);
    control.commit(edit);
  }

  @Test
  void shouldGiveARemovedPeersNumberToNobodyElse() {
    add(ANN, HOME);
    int slot = peers.byKey(ANN).peer().slot();
    DeviceEdit edit = control.edit();
    edit.remove(ANN);
    edit.add(ANN);
    edit.addPrefix(ANN, HOME);
    control.commit(edit);

    assertThat(peers.bySlot(slot)).as("a late report of a worker").isNull();
    assertThat(peers.byKey(ANN).peer().slot()).isNotEqualTo(slot);
    assertThat(homeOwner()).isSameAs(peers.byKey(ANN).peer());
    assertThat(control.peers()).hasSize(1);
  }

  @Test
  void shouldEraseThePresharedKeyWhenItsPeerGoes() {
    DeviceEdit edit = control.edit();
    edit.add(ANN);
    edit.presharedKey(ANN, PresharedKey.generate(random));
    control.commit(edit);
    Map<String, PresharedKey> copies = control.copyPresharedKeys();
    assertThat(copies).containsOnlyKeys(ANN.toBase64());
    Peer gone = peers.byKey(ANN).peer();

    edit = control.edit();
    edit.removeAll();
    control.commit(edit);
    assertThat(control.copyPresharedKeys()).isEmpty();
    assertThat(control.peers()).isEmpty();
    assertThat(copies.get(ANN.toBase64()).isNone()).isFalse();
    assertThat(gone.keypairs().current()).isNull();
  }

  @Test
  void shouldForgetAPeerThatComesAndGoesInOneEdit() {
    DeviceEdit edit = control.edit();
    edit.add(ANN);
    edit.presharedKey(ANN, PresharedKey.generate(random));
    edit.addPrefix(ANN, HOME);
    edit.remove(ANN);
    control.commit(edit);
    assertThat(control.peers()).isEmpty();
    assertThat(homeOwner()).isNull();
  }

  /** Trap 25: the kernel skips it in silence, and so may whoever sets one peer list everywhere. */
  @Test
  void shouldSkipThePeerThatIsOurselves() {
    DeviceEdit edit = control.edit();
    StaticIdentity identity =
        new StaticIdentity(PrivateKey.generate(random), IdleControl.PRIMITIVES);
    edit.identity(identity);
    assertThat(edit.add(identity.publicKey())).isFalse();
    control.commit(edit);
    assertThat(control.publicKey()).isEqualTo(identity.publicKey());
    assertThat(control.peers()).isEmpty();
  }

  /** Trap 25: it goes with its prefixes, and the key before is erased. */
  @Test
  void shouldRemoveThePeerWhoseKeyBecomesOurs() {
    StaticIdentity first = new StaticIdentity(PrivateKey.generate(random), IdleControl.PRIMITIVES);
    StaticIdentity second = new StaticIdentity(PrivateKey.generate(random), IdleControl.PRIMITIVES);
    DeviceEdit edit = control.edit();
    edit.identity(first);
    edit.add(second.publicKey());
    edit.addPrefix(second.publicKey(), HOME);
    control.commit(edit);
    assertThat(homeOwner()).isNotNull();

    edit = control.edit();
    edit.identity(second);
    control.commit(edit);
    assertThat(control.peers()).isEmpty();
    assertThat(homeOwner()).isNull();
    assertThat(control.publicKey()).isEqualTo(second.publicKey());
    assertThatThrownBy(first::copyPrivateKey).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldKeepTheNameOfTheFileWhenAPeerIsReplaced() {
    PeerConfig config =
        new PeerConfig(
            "ann", ANN, PresharedKey.none(), null, List.of(HOME), Duration.ZERO, AccessRules.NONE);
    control.configure(
        new StaticIdentity(PrivateKey.generate(random), IdleControl.PRIMITIVES),
        List.of(config),
        Map.of());
    assertThat(control.peers().getFirst().name()).isEqualTo("ann");
    DeviceEdit edit = control.edit();
    edit.removeAll();
    edit.add(ANN);
    control.commit(edit);
    assertThat(control.peers().getFirst().name()).isEqualTo("ann");
  }

  @Test
  void shouldRestrictThePeerOfAKeyHoweverOftenItGoesAndComes() {
    AccessRules none = new AccessRules(List.of(), List.of(), true);
    PeerConfig config =
        new PeerConfig("ann", ANN, PresharedKey.none(), null, List.of(HOME), Duration.ZERO, none);
    control.configure(
        new StaticIdentity(PrivateKey.generate(random), IdleControl.PRIMITIVES),
        List.of(config),
        Map.of());
    assertThat(homeOwner().access()).isNotNull();
    assertThat(homeOwner().access().log()).isTrue();

    DeviceEdit edit = control.edit();
    edit.removeAll();
    edit.add(ANN);
    edit.addPrefix(ANN, HOME);
    control.commit(edit);
    assertThat(homeOwner().access()).as("added again without a word").isNotNull();

    edit = control.edit();
    edit.access(ANN, AccessRules.NONE);
    control.commit(edit);
    assertThat(homeOwner().access()).isNull();
  }
}
