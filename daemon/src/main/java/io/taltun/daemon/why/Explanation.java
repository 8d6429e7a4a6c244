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
      Map<String, Long> drops) {
    Explanation facts =
        new Explanation(address, device, linkUp, ownAddress, route, peer, drops, "");
    return new Explanation(
        address, device, linkUp, ownAddress, route, peer, drops, Verdict.of(facts));
  }
}
