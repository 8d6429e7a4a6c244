package io.taltun.daemon.gateway;

import io.taltun.config.IpPrefix;
import io.taltun.daemon.netlink.RouteQuestion;
import io.taltun.daemon.why.Explanation;
import io.taltun.daemon.why.PeerFacts;
import io.taltun.daemon.why.RouteFacts;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.SystemCallException;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts an explanation together from what kernel, gateway and peer say. Any thread. */
final class Explainer {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  /** Why packets end on their way to a peer. */
  private static final List<DropReason> ON_THE_WAY_OUT =
      List.of(
          DropReason.NO_ROUTE,
          DropReason.NO_ENDPOINT,
          DropReason.NO_SESSION,
          DropReason.WAITING_FULL,
          DropReason.TOO_LARGE,
          DropReason.SEND_BUFFER_FULL,
          DropReason.SEND_UNREACHABLE,
          DropReason.SEND_FORBIDDEN,
          DropReason.SEND_TOO_LONG,
          DropReason.SEND_FAILED,
          DropReason.NO_SOCKET);

  private Explainer() {}

  static Explanation explain(
      InetAddress address,
      String device,
      boolean linkUp,
      List<IpPrefix> own,
      PeerFacts peer,
      Map<String, Long> drops) {
    boolean isOwn = own.stream().anyMatch(prefix -> prefix.address().equals(address));
    Map<String, Long> relevant = new LinkedHashMap<>();
    for (DropReason reason : ON_THE_WAY_OUT) {
      Long count = drops.get(reason.label());
      if (count != null) {
        relevant.put(reason.label(), count);
      }
    }
    return Explanation.of(
        RouteFacts.text(address), device, linkUp, isOwn, route(address), peer, relevant);
  }

  private static RouteFacts route(InetAddress address) {
    try {
      return RouteFacts.of(RouteQuestion.ask(address));
    } catch (SystemCallException e) {
      LOG.warn("{}", e.getMessage());
      return null;
    }
  }
}
