package io.taltun.daemon.metrics;

import io.taltun.daemon.peer.PeerState;
import java.util.List;

/** One metric of all peers. */
final class PeerSection implements Section {
  private static final int ROWS_A_PIECE = 128;

  /** Writes a peer's sample, or none. */
  private interface Sample {
    void write(TextWriter out, PeerRow row);
  }

  private final Metric metric;
  private final PeerRow[] rows;
  private final Sample sample;
  private int next;

  private PeerSection(Metric metric, PeerRow[] rows, Sample sample) {
    this.metric = metric;
    this.rows = rows;
    this.sample = sample;
  }

  /** All metrics that are of a peer. */
  static List<Section> of(PeerRow[] rows) {
    return List.of(
        new PeerSection(
            Catalog.SENT_BYTES,
            rows,
            (out, row) -> out.sample(row.exporterLabels, row.sentBytes())),
        new PeerSection(
            Catalog.RECEIVED_BYTES,
            rows,
            (out, row) -> out.sample(row.exporterLabels, row.receivedBytes())),
        new PeerSection(
            Catalog.LATEST_HANDSHAKE,
            rows,
            (out, row) ->
                out.sample(row.exporterLabels, row.peer.lastHandshakeEpochNs() / 1_000_000_000)),
        new PeerSection(
            Catalog.PEER_ONLINE,
            rows,
            (out, row) -> out.sample(row.labels, row.peer.state() == PeerState.ONLINE ? 1 : 0)),
        new PeerSection(
            Catalog.PEER_SENT_PACKETS,
            rows,
            (out, row) -> out.sample(row.labels, row.sentPackets())),
        new PeerSection(
            Catalog.PEER_RECEIVED_PACKETS,
            rows,
            (out, row) -> out.sample(row.labels, row.receivedPackets())),
        new PeerSection(Catalog.PEER_DENIED_PACKETS, rows, PeerSection::denied),
        new PeerSection(Catalog.PEER_ROUND_TRIP, rows, PeerSection::roundTrip),
        new PeerSection(Catalog.PEER_ENDPOINT, rows, PeerSection::endpoint));
  }

  private static void denied(TextWriter out, PeerRow row) {
    if (row.peer.peer().access() != null) {
      out.sample(row.labels, row.peer.peer().deniedPackets());
    }
  }

  private static void roundTrip(TextWriter out, PeerRow row) {
    long ns = row.peer.handshakeRoundTripNs();
    if (ns > 0) {
      out.seconds(row.labels, ns);
    }
  }

  private static void endpoint(TextWriter out, PeerRow row) {
    byte[] labels = row.endpointLabels();
    if (labels != null) {
      out.sample(labels, 1);
    }
  }

  @Override
  public boolean write(TextWriter out) {
    if (next == 0) {
      out.begin(metric);
    } else {
      out.resume(metric);
    }
    int end = Math.min(rows.length, next + ROWS_A_PIECE);
    while (next < end) {
      sample.write(out, rows[next++]);
    }
    return next < rows.length;
  }
}
