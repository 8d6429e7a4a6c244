package io.taltun.daemon.why;

import io.taltun.daemon.netlink.RouteAnswer.Kind;

/** What the facts come to, in one line that says what to do. */
final class Verdict {
  private Verdict() {}

  /** The first thing that keeps packets from the address, in the order in which they meet it. */
  static String of(Explanation facts) {
    String device = facts.device();
    if (facts.ownAddress()) {
      return facts.address() + " is " + device + "'s own address: packets to it stay on this host";
    }
    if (!facts.linkUp()) {
      return device + " is down: bring it up with 'ip link set " + device + " up'";
    }
    String elsewhere = elsewhere(facts);
    if (facts.peer() == null) {
      return nobody(facts, elsewhere);
    }
    if (elsewhere != null) {
      return "peer "
          + facts.peer().name()
          + " has it, but "
          + elsewhere
          + ": add a route to "
          + device
          + ", with `routes` of the configuration when `route-table` is not off";
    }
    return peer(facts.address(), facts.peer());
  }

  /** Where the kernel sends it when not to the gateway's device; null when it does, or unknown. */
  private static String elsewhere(Explanation facts) {
    RouteFacts route = facts.route();
    if (route == null || facts.device().equals(route.device())) {
      return null;
    }
    if (route.is(Kind.NONE)) {
      return "the kernel has no route to it";
    }
    if (route.is(Kind.LOCAL)) {
      return "it is an address of this host";
    }
    if (route.is(Kind.BLACKHOLE) || route.is(Kind.UNREACHABLE) || route.is(Kind.PROHIBIT)) {
      return "a route of the kinds blackhole, unreachable and prohibit stops it ("
          + route.kind()
          + ")";
    }
    return "the kernel sends it by " + route.device();
  }

  private static String nobody(Explanation facts, String elsewhere) {
    String add =
        "to send it through the tunnel, add it to the allowed-ips of the peer that leads there";
    if (elsewhere != null) {
      return "no peer has it in its allowed-ips, and " + elsewhere + "; " + add;
    }
    return "the kernel sends it to "
        + facts.device()
        + ", where it is dropped (no_route): no peer has it in its allowed-ips; add it to those of"
        + " the peer that leads there";
  }

  private static String peer(String address, PeerFacts peer) {
    String to = "it goes to peer " + peer.name();
    if (peer.endpoint() == null) {
      return peer.unresolved() != null
          ? to
              + ", whose endpoint's name does not resolve: check "
              + peer.unresolved()
              + " and this host's name service"
          : to
              + ", of which nobody knows where it is (no_endpoint): it has to call first, or give"
              + " it an `endpoint`";
    }
    if (peer.unanswered() > 1 && !peer.session()) {
      return to
          + ", who has not answered "
          + peer.unanswered()
          + " initiations at "
          + peer.endpoint()
          + " for "
          + peer.unansweredSeconds()
          + " s: check that this is where it is, that UDP gets there and back, and that it knows"
          + " this gateway's public key";
    }
    if (peer.state().equals("offline")) {
      return to
          + ", who does not answer at "
          + peer.endpoint()
          + " at the moment; it was last heard "
          + (peer.heardSeconds() == null ? "never" : peer.heardSeconds() + " s ago");
    }
    if (!peer.session()) {
      return to
          + " at "
          + peer.endpoint()
          + (peer.unanswered() > 0
              ? ", to whom a handshake is under way"
              : ", with whom there is no session now: the first packet begins one");
    }
    return to
        + " at "
        + peer.endpoint()
        + " under a session of "
        + peer.sessionAgeSeconds()
        + " s; "
        + (peer.heardSeconds() == null
            ? "nothing came back yet"
            : "it was last heard " + peer.heardSeconds() + " s ago")
        + (peer.deniedPackets() == 0
            ? ". If there is no answer from "
                + address
                + ", look behind the peer: its forwarding, its firewall, the way back"
            : ". Its access rules denied "
                + peer.deniedPackets()
                + " packets from it so far: answers may be among them");
  }
}
