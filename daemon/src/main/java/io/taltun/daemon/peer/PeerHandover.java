package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.WireGuardLimits.REJECT_AFTER_TIME_NS;

import io.taltun.daemon.peer.PeerTimers.Timer;
import io.taltun.daemon.peer.PeerTransfer.Life;
import io.taltun.daemon.peer.PeerTransfer.Slot;
import io.taltun.dataplane.udp.Endpoint;
import java.util.ArrayList;
import java.util.List;

/** Takes a peer's protocol out of one process and puts it into the next. Control thread only. */
final class PeerHandover {
  private PeerHandover() {}

  static PeerTransfer transfer(PeerProtocol peer) {
    List<Life> lives = new ArrayList<>();
    add(lives, Slot.CURRENT, peer.sessions.current());
    add(lives, Slot.PREVIOUS, peer.sessions.previous());
    add(lives, Slot.NEXT, peer.sessions.next());
    peer.lingering.forEach(life -> add(lives, Slot.LINGERING, life));
    Timer[] timers = Timer.values();
    long[] deadlinesNs = new long[timers.length];
    for (Timer timer : timers) {
      deadlinesNs[timer.ordinal()] = peer.timers.deadlineNs(timer);
    }
    return new PeerTransfer(
        lives,
        peer.handshakeSentNs,
        peer.initiations.greatestTimestamp(),
        peer.initiations.acceptedNs(),
        peer.backOff.ns(),
        peer.unanswered,
        peer.state,
        peer.timers.armed(),
        deadlinesNs,
        peer.traffic.copy());
  }

  private static void add(List<Life> lives, Slot slot, SessionLife life) {
    if (life != null) {
      lives.add(
          new Life(
              slot,
              life.localIndex(),
              life.remoteIndex(),
              life.initiator(),
              life.createdNs(),
              life.sendUntilNs(),
              life.attachment));
    }
  }

  static List<SessionLife> adopt(
      PeerProtocol peer, PeerTransfer from, TrafficSample sample, Endpoint endpoint) {
    List<SessionLife> lives = new ArrayList<>();
    for (Life life : from.lives()) {
      SessionLife adopted =
          new SessionLife(
              life.localIndex(),
              life.remoteIndex(),
              life.initiator(),
              life.createdNs(),
              life.sendUntilNs() - REJECT_AFTER_TIME_NS);
      lives.add(adopted);
      peer.device.adoptIndex(life.localIndex(), peer);
      if (life.slot() == Slot.LINGERING) {
        peer.lingering.add(adopted);
      } else {
        peer.sessions.adopt(life.slot(), adopted);
      }
    }
    peer.endpoint = endpoint;
    peer.handshakeSentNs = from.handshakeSentNs();
    peer.initiations.accepted(from.greatestTimestamp(), from.acceptedNs());
    peer.backOff.restore(from.backOffNs());
    peer.unanswered = from.unanswered();
    peer.state = from.state();
    peer.traffic.restore(sample, from.traffic());
    for (Timer timer : Timer.values()) {
      boolean ours = timer != Timer.PERSISTENT_KEEPALIVE || peer.persistentKeepaliveNs > 0;
      if (ours && (from.armedTimers() & 1 << timer.ordinal()) != 0) {
        peer.timers.arm(timer, from.deadlinesNs()[timer.ordinal()]);
      }
    }
    return lives;
  }

  /**
   * An attempt that was under way begins anew, at once: the response that is on its way is to an
   * initiation that nobody knows any more. For the peer this is one more initiation, later than the
   * one before by more than it takes.
   */
  static void goOn(PeerProtocol peer, long nowNs) {
    if (peer.timers.armed(Timer.GIVE_UP)) {
      peer.timers.disarm(Timer.GIVE_UP);
      peer.timers.disarm(Timer.RETRANSMIT);
      peer.timers.disarm(Timer.ANSWER_OVERDUE);
      peer.timers.arm(Timer.DEFERRED_HANDSHAKE, nowNs);
    }
    if (peer.persistentKeepaliveNs > 0 && !peer.timers.armed(Timer.PERSISTENT_KEEPALIVE)) {
      peer.onLocalUp(nowNs);
    }
  }
}
