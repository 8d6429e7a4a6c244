package io.taltun.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DiffTest {
  private static final String GATEWAY =
      """
      interface:
        private-key: OWN_PRIVATE
        address: [10.99.0.1/24, "fd99::1/64"]
        listen-port: 51820
      """;

  private static final String OFFICE =
      """
        - name: office
          public-key: PEER_A
          endpoint: vpn.example.org:51820
          allowed-ips: [10.99.0.2/32, 192.168.50.0/24]
      """;

  private static final String PHONE =
      """
        - name: phone
          public-key: PEER_B
          preshared-key: A_PSK
          allowed-ips: [10.99.0.3/32]
      """;

  private static TaltunConfig config(String... parts) {
    return Samples.valid(Samples.parse(Samples.keys(String.join("", parts))));
  }

  private static Diff between(TaltunConfig before, TaltunConfig after) {
    return Diff.between(before, before, after);
  }

  private static Diff between(String[] before, String[] after) {
    return between(config(before), config(after));
  }

  private static String[] file(String... parts) {
    return parts;
  }

  @Test
  void shouldFindNothingWhenFilesSayTheSame() {
    String[] file = file(GATEWAY, "peers:\n", OFFICE, PHONE, "tuning:\n  aead: split\n");
    Diff diff = between(file, file);
    assertThat(diff.isEmpty()).isTrue();
    assertThat(diff.lines()).isEmpty();
    assertThat(diff.restart()).isEmpty();
  }

  @Test
  void shouldNamePeersThatComeAndGo() {
    assertThat(between(file(GATEWAY, "peers:\n", OFFICE), file(GATEWAY, "peers:\n", PHONE)).lines())
        .containsExactly(
            "- peer office",
            "+ peer phone: allowed-ips 10.99.0.3/32, persistent-keepalive off, preshared-key");
  }

  @Test
  void shouldNameEachSettingOfAPeerThatIsDifferent() {
    String changed =
        PHONE
            .replace("[10.99.0.3/32]", "[10.99.0.9/32, \"fd99::3/128\"]")
            .replace("    preshared-key: A_PSK\n", "    endpoint: 192.0.2.1:51820\n");
    assertThat(
            between(file(GATEWAY, "peers:\n", PHONE), file(GATEWAY, "peers:\n", changed)).lines())
        .containsExactly(
            "~ peer phone: preshared-key changed, endpoint none -> 192.0.2.1:51820,"
                + " allowed-ips +10.99.0.9/32 +fd99::3/128 -10.99.0.3/32,"
                + " persistent-keepalive off -> 10s");
  }

  @Test
  void shouldKnowAPeerByItsKeyWhenItsNameChanges() {
    Diff renamed =
        between(
            file(GATEWAY, "peers:\n", PHONE),
            file(GATEWAY, "peers:\n", PHONE.replace("phone", "mobile")));
    assertThat(renamed.lines()).containsExactly("~ peer phone: name phone -> mobile");
    Diff otherKey =
        between(
            file(GATEWAY, "peers:\n", PHONE),
            file(GATEWAY, "peers:\n", PHONE.replace("PEER_B", "PEER_A")));
    assertThat(otherKey.lines()).startsWith("- peer phone").hasSize(2);
  }

  @Test
  void shouldTellWhatNeedsARestartApart() {
    String changed = GATEWAY.replace("51820", "0") + "  workers: 2\n  mtu: 1380\n";
    Diff diff = between(file(GATEWAY), file(changed, "tuning:\n  aead: split\n"));
    assertThat(diff.lines())
        .containsExactly("~ interface: listen-port 51820 -> 0, mtu auto -> 1380");
    assertThat(diff.restart())
        .containsExactly("interface workers auto -> 2", "tuning aead auto -> split");
  }

  @Test
  void shouldGoOnAskingForARestartUntilThereWasOne() {
    TaltunConfig started = config(GATEWAY);
    TaltunConfig running = config(GATEWAY, "  workers: 2\n");
    assertThat(Diff.between(running, started, running).restart())
        .containsExactly("interface workers auto -> 2");
    assertThat(Diff.between(running, started, started).restart()).isEmpty();
  }

  @Test
  void shouldTakeAnotherOrderForAChange() {
    Diff diff =
        between(file(GATEWAY, "peers:\n", OFFICE, PHONE), file(GATEWAY, "peers:\n", PHONE, OFFICE));
    assertThat(diff.lines()).containsExactly("~ peers: their order");
    assertThat(diff.isEmpty()).isFalse();
  }

  @Test
  void shouldShowNoSecretWhenOneChanges() {
    TaltunConfig before = config(GATEWAY, "peers:\n", PHONE);
    PrivateKey otherKey = PrivateKey.generate(new SplittableRandom(7));
    PresharedKey otherPsk = PresharedKey.generate(new SplittableRandom(8));
    String text =
        Samples.keys(GATEWAY + "peers:\n" + PHONE)
            .replace(Samples.OWN_PRIVATE, otherKey.toBase64())
            .replace(Samples.PSK, otherPsk.toBase64());
    Diff diff = between(before, Samples.valid(Samples.parse(text)));
    assertThat(diff.lines())
        .containsExactly("~ interface: private-key changed", "~ peer phone: preshared-key changed");
    assertThat(diff.toString())
        .doesNotContain(Samples.OWN_PRIVATE, otherKey.toBase64())
        .doesNotContain(Samples.PSK, otherPsk.toBase64());
  }

  @Test
  void shouldTellNoListFromAnEmptyOne() {
    String[] open = file(GATEWAY, "peers:\n", OFFICE);
    String[] closed = file(GATEWAY, "peers:\n", OFFICE, "    allow: []\n    log: true\n");
    String[] some = file(GATEWAY, "peers:\n", OFFICE, "    allow: [any icmp, any tcp 22]\n");
    assertThat(between(open, closed).lines())
        .containsExactly("~ peer office: allow everything -> nothing, log none -> true");
    assertThat(between(some, open).lines())
        .containsExactly("~ peer office: allow [any icmp, any tcp 22] -> everything");
  }

  /** Whoever adds a key to the file adds it to {@link Settings} too, or a reload overlooks it. */
  @Test
  void shouldCompareEveryKeyOfTheFile() {
    Set<String> compared = new LinkedHashSet<>();
    Settings.GATEWAY.forEach(it -> compared.add(it.section() + " " + it.key()));
    Settings.EACH_PEER.forEach(it -> compared.add(it.section() + " " + it.key()));
    List<String> known =
        Stream.of(
                Keys.INTERFACE.stream().map("interface "::concat),
                Keys.PEER.stream().map("peers "::concat),
                Keys.TUNING.stream().map("tuning "::concat),
                Keys.RELAY.stream().map("relay "::concat),
                Keys.METRICS.stream().map("metrics "::concat),
                Keys.HOOKS.stream().map("hooks "::concat))
            .flatMap(it -> it)
            .filter(key -> !key.endsWith("key-file"))
            .filter(key -> !Set.of("interface name", "peers public-key").contains(key))
            .toList();
    assertThat(compared).containsExactlyInAnyOrderElementsOf(known);
  }

  @Test
  void shouldLeadFromAnyConfigurationToAnyOtherWhenItIsFollowed() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      TaltunConfig before = randomConfig(random);
      TaltunConfig after = randomConfig(random);
      Diff diff = between(before, after);
      assertThat(comparable(followed(before.peers(), diff, after.peers())))
          .as("seed %d round %d", seed, round)
          .isEqualTo(comparable(after.peers()));
      assertThat(between(after, before).added()).isEqualTo(diff.removed());
      boolean same =
          comparable(before.peers()).equals(comparable(after.peers()))
              && before.iface().equals(after.iface())
              && before.tuning().equals(after.tuning())
              && before.relay().equals(after.relay());
      assertThat(diff.isEmpty() && diff.restart().isEmpty())
          .as("seed %d round %d", seed, round)
          .isEqualTo(same);
    }
  }

  /** Peers as a reader of the diff would change them, in the new order where he is told of it. */
  private static List<PeerConfig> followed(
      List<PeerConfig> before, Diff diff, List<PeerConfig> newOrder) {
    Map<PublicKey, PeerConfig> peers = new LinkedHashMap<>();
    before.forEach(peer -> peers.put(peer.publicKey(), peer));
    diff.removed().forEach(peer -> peers.remove(peer.publicKey()));
    diff.changed().forEach(it -> peers.put(it.after().publicKey(), it.after()));
    diff.added().forEach(peer -> peers.put(peer.publicKey(), peer));
    return newOrder.stream().map(peer -> peers.remove(peer.publicKey())).toList();
  }

  /** Prefixes are a set. */
  private static List<List<Object>> comparable(List<PeerConfig> peers) {
    return peers.stream()
        .map(
            it ->
                List.of(
                    it.publicKey(),
                    it.name(),
                    it.presharedKey(),
                    "" + it.endpoint(),
                    Set.copyOf(it.allowedIps()),
                    it.persistentKeepalive(),
                    it.access()))
        .toList();
  }

  private static TaltunConfig randomConfig(SplittableRandom random) {
    TaltunConfig some = config(GATEWAY, random.nextBoolean() ? "" : "relay:\n  enabled: true\n");
    InterfaceConfig iface =
        new InterfaceConfig(
            "tal0",
            PrivateKey.generate(new SplittableRandom(random.nextInt(2))),
            List.of(IpPrefix.parse("10.99.0." + random.nextInt(1, 3) + "/24")),
            random.nextInt(2),
            Mtu.AUTO,
            random.nextBoolean() ? MssClamp.AUTO : MssClamp.OFF,
            List.of(),
            RouteTable.MAIN,
            random.nextInt(2),
            new Workers(random.nextInt(2)));
    List<PeerConfig> peers = new ArrayList<>();
    List<Integer> keys = new ArrayList<>(IntStream.range(0, 6).boxed().toList());
    for (int count = random.nextInt(6); count > 0; count--) {
      peers.add(randomPeer(random, keys.remove(random.nextInt(keys.size()))));
    }
    Tuning tuning =
        new Tuning(
            Tuning.LEAST_REKEY_AFTER_BYTES << random.nextInt(2),
            Offloads.AUTO,
            random.nextBoolean() ? AeadConstruction.AUTO : AeadConstruction.SPLIT,
            Pinning.AUTO,
            4 << 20,
            (1 + random.nextInt(8)) << 20,
            500);
    return new TaltunConfig(
        iface,
        peers,
        tuning,
        some.relay(),
        Metrics.DEFAULT,
        some.clients(),
        Hooks.NONE,
        Samples.FILE);
  }

  private static PeerConfig randomPeer(SplittableRandom random, int key) {
    return new PeerConfig(
        "p" + key + random.nextInt(2),
        PublicKey.ofBase64(Samples.peerKey(100 + key)),
        random.nextBoolean()
            ? PresharedKey.none()
            : PresharedKey.generate(new SplittableRandom(random.nextInt(2))),
        random.nextBoolean() ? null : new HostPort("192.0.2.1", random.nextInt(1, 3)),
        IntStream.range(0, random.nextInt(3))
            .mapToObj(i -> IpPrefix.parse("10." + key + "." + i + ".0/24"))
            .toList(),
        Duration.ofSeconds(random.nextInt(2)),
        new AccessRules(
            random.nextBoolean() ? null : randomEntries(random),
            randomEntries(random),
            random.nextBoolean()));
  }

  private static List<AccessEntry> randomEntries(SplittableRandom random) {
    return random.nextBoolean()
        ? List.of()
        : List.of(AccessEntry.parse("any tcp " + random.nextInt(2)));
  }
}
