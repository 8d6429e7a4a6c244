package io.taltun.daemon.metrics;

import io.taltun.config.IpPrefix;
import io.taltun.daemon.control.PeerReading;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.udp.Endpoint;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A peer with its labels as they are written: they are the same at each scrape, and most of its
 * bytes. Event loop only.
 */
final class PeerRow {
  final PeerReading peer;

  /** Of the metrics that WireGuard's exporters have. */
  final byte[] exporterLabels;

  /** Of Taltun's own. */
  final byte[] labels;

  private final String device;
  private final String key;
  private final List<IpPrefix> allowedIps;
  private final String name;
  private Endpoint endpoint;
  private byte[] endpointLabels;

  PeerRow(String device, PeerReading peer) {
    this.device = device;
    this.peer = peer;
    name = peer.name();
    allowedIps = peer.allowedIps();
    key = peer.publicKey().toBase64();
    String prefixes = allowedIps.stream().map(IpPrefix::toString).collect(Collectors.joining(","));
    exporterLabels = Labels.of(Catalog.SENT_BYTES, device, key, prefixes, name);
    labels = Labels.of(Catalog.PEER_ONLINE, device, key, name);
  }

  /** Whether this row still says what the peer's labels are. */
  boolean isCurrent() {
    return peer.allowedIps() == allowedIps && peer.name().equals(name);
  }

  /** With where it is; null while that is not known. */
  byte[] endpointLabels() {
    Endpoint now = peer.peer().endpoint();
    if (now != endpoint) {
      endpoint = now;
      endpointLabels = now == null ? null : labels(now.toString());
    }
    return endpointLabels;
  }

  private byte[] labels(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    String host = hostAndPort.substring(0, colon).replace("[", "").replace("]", "");
    return Labels.of(
        Catalog.PEER_ENDPOINT, device, key, name, host, hostAndPort.substring(colon + 1));
  }

  /** Sessions that may send or receive, 0 to 3. */
  int sessions() {
    Keypairs keypairs = peer.peer().keypairs();
    return (keypairs.current() == null ? 0 : 1)
        + (keypairs.previous() == null ? 0 : 1)
        + (keypairs.next() == null ? 0 : 1);
  }

  long sentBytes() {
    Peer lanes = peer.peer();
    long sum = 0;
    for (int i = 0; i < lanes.laneCount(); i++) {
      sum += lanes.lane(i).sentBytes();
    }
    return sum;
  }

  long receivedBytes() {
    Peer lanes = peer.peer();
    long sum = 0;
    for (int i = 0; i < lanes.laneCount(); i++) {
      sum += lanes.lane(i).receivedBytes();
    }
    return sum;
  }

  long sentPackets() {
    Peer lanes = peer.peer();
    long sum = 0;
    for (int i = 0; i < lanes.laneCount(); i++) {
      sum += lanes.lane(i).sentPackets();
    }
    return sum;
  }

  long receivedPackets() {
    Peer lanes = peer.peer();
    long sum = 0;
    for (int i = 0; i < lanes.laneCount(); i++) {
      sum += lanes.lane(i).receivedPackets();
    }
    return sum;
  }
}
