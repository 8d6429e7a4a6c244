package io.taltun.daemon.why;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final RouteFacts IN = new RouteFacts("unicast", "tal0", null, "10.99.0.1");
  private static final RouteFacts OUT = new RouteFacts("unicast", "eth0", "192.0.2.1", null);

  private static String verdict(RouteFacts route, PeerFacts peer) {
    return explain(true, false, route, peer);
  }

  private static String explain(boolean up, boolean own, RouteFacts route, PeerFacts peer) {
    return Explanation.of("10.0.0.7", "tal0", up, own, route, peer, Map.of()).verdict();
  }

  private static PeerFacts peer(
      String state, String endpoint, String unresolved, boolean session, int unanswered) {
    return peer(state, endpoint, unresolved, session, unanswered, 0);
  }

  private static PeerFacts peer(
      String state,
      String endpoint,
      String unresolved,
      boolean session,
      int unanswered,
      long denied) {
    return new PeerFacts(
        "office",
        "KEY",
        "10.0.0.0/24",
        state,
        endpoint,
        unresolved,
        session,
        session ? 62L : null,
        session ? 3L : null,
        session ? 1L : null,
        unanswered,
        unanswered == 0 ? null : 17L,
        denied);
  }

  @Test
  void shouldTellOfTheDevicesOwnAddress() {
    assertThat(explain(true, true, new RouteFacts("local", "lo", null, null), null))
        .isEqualTo("10.0.0.7 is tal0's own address: packets to it stay on this host");
  }

  @Test
  void shouldTellOfADeviceThatIsDown() {
    assertThat(explain(false, false, OUT, peer("idle", "1.2.3.4:5", null, false, 0)))
        .isEqualTo("tal0 is down: bring it up with 'ip link set tal0 up'");
  }

  @Test
  void shouldTellWhereItGoesWhenNoPeerHasIt() {
    assertThat(verdict(IN, null)).startsWith("the kernel sends it to tal0, where it is dropped");
    assertThat(verdict(OUT, null))
        .startsWith("no peer has it in its allowed-ips, and the kernel sends it by eth0;");
    assertThat(verdict(new RouteFacts("none", null, null, null), null))
        .startsWith("no peer has it in its allowed-ips, and the kernel has no route to it;");
    assertThat(verdict(new RouteFacts("local", "lo", null, null), null))
        .contains("it is an address of this host");
    assertThat(verdict(new RouteFacts("blackhole", null, null, null), null))
        .contains("stops it (blackhole)");
    assertThat(verdict(null, null)).startsWith("the kernel sends it to tal0");
  }

  @Test
  void shouldTellOfARouteThatLeadsElsewhere() {
    assertThat(verdict(OUT, peer("online", "1.2.3.4:5", null, true, 0)))
        .isEqualTo(
            "peer office has it, but the kernel sends it by eth0: add a route to tal0, with"
                + " `routes` of the configuration when `route-table` is not off");
  }

  @Test
  void shouldTellWhyNobodyKnowsWhereThePeerIs() {
    assertThat(verdict(IN, peer("idle", null, null, false, 0))).contains("it has to call first");
    assertThat(verdict(IN, peer("idle", null, "vpn.example.org", false, 0)))
        .contains("does not resolve: check vpn.example.org and");
  }

  @Test
  void shouldTellOfAPeerThatDoesNotAnswer() {
    assertThat(verdict(IN, peer("offline", "1.2.3.4:5", null, false, 4)))
        .contains("has not answered 4 initiations at 1.2.3.4:5 for 17 s");
    assertThat(verdict(IN, peer("offline", "1.2.3.4:5", null, true, 1)))
        .contains("does not answer at 1.2.3.4:5 at the moment; it was last heard 3 s ago");
  }

  @Test
  void shouldTellOfTheWayThatIsOpen() {
    assertThat(verdict(IN, peer("online", "1.2.3.4:5", null, true, 0)))
        .startsWith("it goes to peer office at 1.2.3.4:5 under a session of 62 s; it was last");
    assertThat(verdict(IN, peer("idle", "1.2.3.4:5", null, false, 0)))
        .endsWith("no session now: the first packet begins one");
    assertThat(verdict(IN, peer("connecting", "1.2.3.4:5", null, false, 1)))
        .endsWith("a handshake is under way");
  }

  @Test
  void shouldTellThatAccessRulesMayDenyTheAnswers() {
    assertThat(verdict(IN, peer("online", "1.2.3.4:5", null, true, 0, 7)))
        .endsWith("Its access rules denied 7 packets from it so far: answers may be among them");
  }
}
