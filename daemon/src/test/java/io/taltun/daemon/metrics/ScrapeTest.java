package io.taltun.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.taltun.daemon.control.PeerReading;
import io.taltun.daemon.gateway.FakeTelemetry;
import io.taltun.dataplane.access.AccessPolicy;
import io.taltun.dataplane.access.FlowTable;
import io.taltun.dataplane.counter.Batch;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScrapeTest {
  private static final int THOUSANDS = 10_000;

  private final FakeTelemetry telemetry = new FakeTelemetry("tal0");
  private final PeerRows rows = new PeerRows("tal0");
  private final TextWriter writer = new TextWriter(Scrape.ROOM);

  private Scrape scrape() {
    PeerRow[] peers = rows.of(telemetry.peers());
    List<Section> sections = new ArrayList<>(PeerSection.of(peers));
    sections.add(new GatewaySection(telemetry, "1.2.3", peers));
    sections.add(new WorkerSection(telemetry));
    sections.add(new ProcessSection());
    return new Scrape(sections, writer);
  }

  private String text() {
    Scrape scrape = scrape();
    StringBuilder text = new StringBuilder();
    while (!scrape.isEndOfInput()) {
      ByteBuf chunk = scrape.readChunk(PooledByteBufAllocator.DEFAULT);
      text.append(chunk.toString(StandardCharsets.UTF_8));
      chunk.release();
    }
    return text.toString();
  }

  private long drain() {
    Scrape scrape = scrape();
    while (!scrape.isEndOfInput()) {
      scrape.readChunk(PooledByteBufAllocator.DEFAULT).release();
    }
    return scrape.progress();
  }

  @Test
  void shouldServeTheWholeCatalogWithItsLabelsAndNothingElse() {
    telemetry.peers = FakeTelemetry.peers(3);
    FlowTable flows = new FlowTable(new SplittableRandom(1));
    AccessPolicy nothing = new AccessPolicy(0, List.of(), List.of(), false, flows);
    telemetry.peers.getFirst().peer().setAccess(nothing);
    Map<String, ExpositionText.Family> served = ExpositionText.parse(text());
    Map<String, Metric> known = new HashMap<>();
    Catalog.groups().forEach(group -> group.metrics().forEach(m -> known.put(m.name(), m)));
    assertThat(served.keySet()).containsExactlyInAnyOrderElementsOf(known.keySet());
    served.forEach(
        (name, family) -> {
          Metric metric = known.get(name);
          assertThat(family.type()).isEqualTo(metric.type().text);
          assertThat(family.help()).isEqualTo(metric.help());
          assertThat(family.samples()).as(name).isNotEmpty();
          for (ExpositionText.Sample sample : family.samples()) {
            List<String> labels = new ArrayList<>(sample.labels().keySet());
            labels.remove("le");
            assertThat(labels).as(name).isEqualTo(metric.labels());
          }
        });
  }

  @Test
  void shouldSayWhatWasCounted() {
    telemetry.peers = FakeTelemetry.peers(1);
    telemetry.counters.get(0).drop(DropReason.REPLAYED, 3);
    telemetry.counters.get(1).drop(DropReason.REPLAYED, 4);
    telemetry.counters.get(1).add(Counter.UDP_SENT_BYTES, 1_000_000_000_000L);
    telemetry.counters.get(0).batch(Batch.UDP_SEND, 64);
    telemetry.counters.get(1).batch(Batch.UDP_SEND, 3);
    telemetry.configuration.refused();
    assertThat(text())
        .contains(
            "wireguard_sent_bytes_total{interface=\"tal0\",public_key="
                + "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
                + "allowed_ips=\"10.0.0.0/32,fd99::1/128\",friendly_name=\"peer-0\"} 200\n",
            "wireguard_latest_handshake_seconds{interface=\"tal0\"",
            "friendly_name=\"peer-0\"} 1763712000\n",
            "taltun_peer_handshake_round_trip_seconds{interface=\"tal0\"",
            "friendly_name=\"peer-0\"} 0.0015\n",
            "friendly_name=\"peer-0\",remote_ip=\"192.0.2.0\",remote_port=\"51820\"} 1\n",
            "taltun_peers{interface=\"tal0\",state=\"online\"} 1\n",
            "taltun_peers{interface=\"tal0\",state=\"offline\"} 0\n",
            "taltun_dropped_packets_total{interface=\"tal0\",reason=\"replayed\"} 7\n",
            "taltun_udp_sent_bytes_total{interface=\"tal0\",worker=\"1\"} 1000000000000\n",
            "taltun_batch_packets_bucket{interface=\"tal0\",batch=\"udp_send\",le=\"4\"} 1\n",
            "taltun_batch_packets_sum{interface=\"tal0\",batch=\"udp_send\"} 67\n",
            "taltun_reloads_total{interface=\"tal0\",result=\"refused\"} 1\n",
            "taltun_config_loaded_timestamp_seconds{interface=\"tal0\"} 1763712000.25\n",
            "taltun_offload_info{interface=\"tal0\",offload=\"udp-gro\",state=\"fallen back\","
                + "reason=\"input/output error\"} 1\n",
            "taltun_waiting_packets{interface=\"tal0\",worker=\"1\"} 1\n",
            "taltun_build_info{version=\"1.2.3\",java_version=\"");
  }

  @Test
  void shouldLeaveOutWhatIsNotKnownOfAPeer() {
    telemetry.peers = List.of(FakeTelemetry.peer(7, "nowhere"));
    Map<String, ExpositionText.Family> served = ExpositionText.parse(text());
    assertThat(served.get("taltun_peer_endpoint_info").samples()).isEmpty();
    assertThat(served.get("taltun_peer_denied_packets_total").samples()).isEmpty();
  }

  @Test
  void shouldFollowPeersThatComeGoAndChange() {
    List<PeerReading> three = FakeTelemetry.peers(3);
    telemetry.peers = three;
    PeerRow[] before = rows.of(telemetry.peers());
    telemetry.peers = List.of(three.get(2), FakeTelemetry.peer(9, "new"), three.get(0));
    PeerRow[] after = rows.of(telemetry.peers());
    assertThat(after[0]).isSameAs(before[2]);
    assertThat(after[2]).isSameAs(before[0]);
    Map<String, ExpositionText.Family> served = ExpositionText.parse(text());
    assertThat(served.get("taltun_peer_online").samples())
        .extracting(sample -> sample.labels().get("friendly_name"))
        .containsExactly("peer-2", "new", "peer-0");
  }

  /** A collection would stop the packet path: the young generation has 4 MiB. */
  @Test
  void shouldHardlyAllocateWhenThousandsOfPeersAreScrapedAgain() {
    telemetry.peers = FakeTelemetry.peers(THOUSANDS);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().threadId();
    long bytes = 0;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long before = threads.getThreadAllocatedBytes(thread);
      bytes = drain();
      least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
    }
    assertThat(bytes).isGreaterThan(THOUSANDS * 8 * 100L);
    assertThat(least).as("bytes allocated for %d bytes of text", bytes).isLessThan(256 << 10);
  }
}
