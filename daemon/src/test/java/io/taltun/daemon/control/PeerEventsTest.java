package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.control.PeerEvent.Reason;
import io.taltun.daemon.peer.TrafficSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PeerEventsTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final PeerTable peers = new PeerTable(new SplittableRandom(1), 1);
  private final List<PeerEvent> heard = new ArrayList<>();
  private long nowNs = 100 * SECOND;
  private final PeerEvents events = new PeerEvents(peers, () -> nowNs);

  private PeerEntry peer(int key, String name) {
    byte[] raw = new byte[PublicKey.LENGTH];
    raw[0] = (byte) key;
    peers.name(PublicKey.of(raw), name);
    PeerEntry entry = peers.create(PublicKey.of(raw));
    peers.put(entry);
    return entry;
  }

  private static TrafficSample received(long atNs) {
    return new TrafficSample(
        TrafficSample.NEVER, TrafficSample.NEVER, TrafficSample.NEVER, atNs, 1, 0);
  }

  @Test
  void shouldTellOfAPeerThatComesAndFallsSilent() {
    events.listen(heard::add);
    PeerEntry ann = peer(1, "ann");
    events.onSession(ann);
    nowNs += 120 * SECOND;
    events.onSession(ann);
    ann.setLastSample(received(nowNs + SECOND));
    nowNs += 180 * SECOND;
    events.look(nowNs);
    assertThat(heard).hasSize(1);
    nowNs += SECOND;
    events.look(nowNs);
    nowNs += 9 * SECOND;
    events.look(nowNs);
    events.onSession(ann);

    assertThat(heard)
        .extracting(PeerEvent::name, PeerEvent::online, PeerEvent::reason, PeerEvent::secondsBefore)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("ann", true, Reason.SESSION, -1L),
            org.assertj.core.groups.Tuple.tuple("ann", false, Reason.SILENT, 301L),
            org.assertj.core.groups.Tuple.tuple("ann", true, Reason.SESSION, 9L));
    assertThat(events.counts())
        .isEqualTo(Map.of("peers_came_online", 2L, "peers_went_offline", 1L));
  }

  @Test
  void shouldTellALateListenerOfThoseThatAreThere() {
    events.onSession(peer(1, "ann"));
    peer(2, "ben");
    events.listen(heard::add);
    assertThat(heard).extracting(PeerEvent::name).containsExactly("ann");
  }

  @Test
  void shouldTellOfAPeerThatIsRemovedOnlyWhenItWasThere() {
    events.listen(heard::add);
    PeerEntry ann = peer(1, "ann");
    PeerEntry ben = peer(2, "ben");
    events.onSession(ann);
    events.onRemoved(ann, nowNs);
    events.onRemoved(ben, nowNs);
    assertThat(heard).extracting(PeerEvent::reason).containsExactly(Reason.SESSION, Reason.REMOVED);
  }

  @Test
  void shouldTellOfAllWhenTheLinkGoesDown() {
    events.onSession(peer(1, "ann"));
    events.onSession(peer(2, "ben"));
    events.listen(heard::add);
    events.onLinkDown(nowNs + 5 * SECOND);
    events.onLinkDown(nowNs + 6 * SECOND);
    assertThat(heard.subList(2, heard.size()))
        .hasSize(2)
        .allSatisfy(
            event -> {
              assertThat(event.reason()).isEqualTo(Reason.LINK_DOWN);
              assertThat(event.secondsBefore()).isEqualTo(5);
            });
  }
}
