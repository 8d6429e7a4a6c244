package io.taltun.daemon.why;

import java.util.Map;

/**
 * What becomes of packets to an address, and why.
 *
 * @param address as it was asked for
 * @param device the gateway's
 * @param linkUp whether the device is up
 * @param ownAddress whether the address is the device's own
 * @param route what the kernel does; null when it could not be asked
 * @param peer whose allowed-ips have the address; null for none
 * @param access what the peer's access rules say of it; null where there are none
 * @param drops packets of the whole gateway that were dropped on their way out, by reason
 * @param verdict one line: what happens, and what to do about it
 */
public record Explanation(
    String address,
    String device,
    boolean linkUp,
    boolean ownAddress,
    RouteFacts route,
    PeerFacts peer,
    String access,
    Map<String, Long> drops,
    String verdict) {

  /** With the verdict that the rest leads to. */
  public static Explanation of(
      String address,
      String device,
      boolean linkUp,
      boolean ownAddress,
      RouteFacts route,
      PeerFacts peer,
      String access,
      Map<String, Long> drops) {
    Explanation facts =
        new Explanation(address, device, linkUp, ownAddress, route, peer, access, drops, "");
    return new Explanation(
        address, device, linkUp, ownAddress, route, peer, access, drops, Verdict.of(facts));
  }
}
