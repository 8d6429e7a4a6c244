package io.taltun.daemon.metrics;

import io.taltun.daemon.control.ControlCounter;
import io.taltun.daemon.control.ControlCounters;
import io.taltun.daemon.control.OverflowWatch;
import io.taltun.daemon.control.PeerEvents;
import io.taltun.daemon.gateway.ConfigAge;
import io.taltun.daemon.gateway.GatewayModes;
import io.taltun.daemon.gateway.Telemetry;
import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.daemon.peer.HandshakeDrop;
import io.taltun.daemon.peer.PeerState;
import io.taltun.dataplane.counter.DropReason;
import java.util.Locale;
import java.util.Map;

/** What is of the gateway as a whole. */
final class GatewaySection implements Section {
  private final Telemetry telemetry;
  private final String version;
  private final PeerRow[] rows;
  private final byte[] device;

  /**
   * @param version of Taltun
   */
  GatewaySection(Telemetry telemetry, String version, PeerRow[] rows) {
    this.telemetry = telemetry;
    this.version = version;
    this.rows = rows;
    device = Labels.of(Catalog.UPTIME, telemetry.name());
  }

  @Override
  public boolean write(TextWriter out) {
    what(out);
    peers(out);
    drops(out);
    handshakes(out);
    return false;
  }

  private void what(TextWriter out) {
    GatewayModes modes = telemetry.modes();
    out.begin(Catalog.BUILD);
    out.sample(Labels.of(Catalog.BUILD, version, Runtime.version().toString()), 1);
    out.begin(Catalog.GATEWAY);
    out.sample(Labels.of(Catalog.GATEWAY, telemetry.name(), modes.mode(), modes.aead()), 1);
    out.begin(Catalog.UPTIME);
    out.seconds(device, telemetry.uptimeNs());
    out.begin(Catalog.HEALTHY);
    out.sample(device, telemetry.health().isWell() ? 1 : 0);
    out.begin(Catalog.MTU);
    out.sample(device, telemetry.mtu());
    ConfigAge configuration = telemetry.configuration();
    out.begin(Catalog.CONFIG_LOADED);
    out.seconds(device, configuration.loadedEpochMs() * 1_000_000);
    out.begin(Catalog.RELOADS);
    out.sample(of(Catalog.RELOADS, "taken"), configuration.taken());
    out.sample(of(Catalog.RELOADS, "refused"), configuration.refusals());
    out.begin(Catalog.OFFLOAD);
    for (Map.Entry<String, String> offload : modes.offloads().entrySet()) {
      // As GatewayModes has it: the state, and after a colon the reason.
      String[] state = offload.getValue().split(": ", 2);
      String reason = state.length > 1 ? state[1] : "";
      out.sample(of(Catalog.OFFLOAD, offload.getKey(), state[0], reason), 1);
    }
  }

  private byte[] of(Metric metric, String... values) {
    String[] all = new String[values.length + 1];
    all[0] = telemetry.name();
    System.arraycopy(values, 0, all, 1, values.length);
    return Labels.of(metric, all);
  }

  private void peers(TextWriter out) {
    long[] byState = new long[PeerState.values().length];
    long sessions = 0;
    for (PeerRow row : rows) {
      byState[row.peer.state().ordinal()]++;
      sessions += row.sessions();
    }
    out.begin(Catalog.PEERS);
    for (PeerState state : PeerState.values()) {
      out.sample(
          of(Catalog.PEERS, state.name().toLowerCase(Locale.ROOT)), byState[state.ordinal()]);
    }
    out.begin(Catalog.PEERS_CAME);
    out.sample(device, telemetry.presence().get(PeerEvents.CAME_ONLINE));
    out.begin(Catalog.PEERS_WENT);
    out.sample(device, telemetry.presence().get(PeerEvents.WENT_OFFLINE));
    out.begin(Catalog.SESSIONS);
    out.sample(device, sessions);
  }

  private void drops(TextWriter out) {
    out.begin(Catalog.DROPPED_PACKETS);
    for (DropReason reason : DropReason.values()) {
      out.sample(of(Catalog.DROPPED_PACKETS, reason.label()), telemetry.drops(reason));
    }
    out.sample(of(Catalog.DROPPED_PACKETS, OverflowWatch.TUN_QUEUE_FULL), telemetry.tunDrops());
    out.begin(Catalog.DROPPED_HANDSHAKES);
    for (HandshakeDrop reason : HandshakeDrop.values()) {
      out.sample(of(Catalog.DROPPED_HANDSHAKES, reason.label()), telemetry.control().get(reason));
    }
  }

  private void handshakes(TextWriter out) {
    ControlCounters control = telemetry.control();
    for (ControlCounter counter : ControlCounter.values()) {
      out.begin(Catalog.of(counter));
      out.sample(device, control.get(counter));
    }
    out.begin(Catalog.ROUND_TRIPS);
    out.histogram(device, TextWriter.Unit.NANOSECOND, control.roundTrips());
    out.begin(Catalog.WAITING_INITIATIONS);
    out.sample(device, control.waitingInitiations());
    out.begin(Catalog.WAITING_INITIATIONS_LIMIT);
    out.sample(device, DeviceProtocol.MOST_WAITING_INITIATIONS);
    out.begin(Catalog.UNDER_LOAD);
    out.sample(device, control.underLoad() ? 1 : 0);
  }
}
