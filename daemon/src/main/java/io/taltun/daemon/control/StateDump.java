package io.taltun.daemon.control;

import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.SessionLife;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.session.PeerLane;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.worker.WorkerGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The control side's state in lines for a log, without secrets. Control thread only. */
final class StateDump {
  private final long nowNs;
  private final List<String> lines = new ArrayList<>();

  private StateDump(long nowNs) {
    this.nowNs = nowNs;
  }

  static List<String> of(
      WorkerGroup workers, DeviceProtocol protocol, PeerTable peers, long nowNs) {
    StateDump dump = new StateDump(nowNs);
    for (int i = 0; i < workers.size(); i++) {
      ControlRing ring = workers.control(i);
      dump.lines.add(
          "worker %d: reports waiting %d, initiations %d, other handshake messages %d"
              .formatted(
                  i, ring.reports().size(), ring.newcomers().size(), ring.underWay().size()));
    }
    dump.lines.add(
        "control: initiations that wait for their answer %d"
            .formatted(protocol.waitingInitiations()));
    peers.entries().forEach(dump::peer);
    return dump.lines;
  }

  private void peer(PeerEntry entry) {
    PeerProtocol protocol = entry.protocol();
    StringBuilder line = new StringBuilder("peer ").append(entry.name());
    line.append(": ").append(protocol.state().name().toLowerCase(Locale.ROOT));
    line.append(entry.presence.online() ? ", came " : ", not there ");
    line.append(ago(entry.presence.durationNs(nowNs)));
    line.append(", endpoint ").append(protocol.endpoint());
    line.append(", heard ").append(since(entry.lastSample().lastAnyReceivedNs()));
    line.append(", sent to ").append(since(entry.lastSample().lastAnySentNs()));
    if (entry.handshakes.unanswered() > 0) {
      line.append(", initiations unanswered ").append(entry.handshakes.unanswered());
      line.append(" since ").append(since(entry.handshakes.firstUnansweredNs()));
    }
    session(line, "current", protocol.current());
    session(line, "previous", protocol.previous());
    session(line, "next", protocol.next());
    lines.add(line.toString());
  }

  private void session(StringBuilder line, String slot, SessionLife life) {
    if (life != null) {
      Session session = (Session) life.attachment;
      line.append(
              "; %s %s made %s, sent %d"
                  .formatted(slot, life, since(life.createdNs()), session.sendCounter()))
          .append(", received up to ")
          .append(session.replayWindow().greatest());
    }
  }

  private String since(long atNs) {
    return atNs == PeerLane.NEVER ? "never" : ago(nowNs - atNs);
  }

  private static String ago(long ns) {
    return ns < 0 ? "ever" : TimeUnit.NANOSECONDS.toSeconds(ns) + " s ago";
  }
}
