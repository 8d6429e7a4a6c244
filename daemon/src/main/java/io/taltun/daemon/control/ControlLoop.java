package io.taltun.daemon.control;

import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.mailbox.RecordRing;
import io.taltun.dataplane.os.NanoClock;
import io.taltun.dataplane.os.ThreadCpuClock;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.udp.Arrival;
import io.taltun.dataplane.worker.WorkerGroup;

/**
 * One pass of the control thread: what the workers reported, then the handshake messages that came,
 * the traffic samples that are due, the protocol's timers, and last the answers to initiations,
 * which take the longest. Control thread only.
 */
public final class ControlLoop {
  /** Reports taken from one worker before the others have their turn. */
  private static final int REPORTS_PER_PASS = 64;

  private final WorkerGroup workers;
  private final DeviceProtocol protocol;
  private final PeerTable peers;
  private final TrafficSampler sampler;
  private final SlowSampler slowSampler;
  private final NanoClock clock;
  private final HandshakeIntake intake;
  private final HandshakeSender sender;
  private final DenialLog denials = new DenialLog();
  private final ControlCounters counters;

  ControlLoop(
      WorkerGroup workers,
      DeviceProtocol protocol,
      PeerTable peers,
      TrafficSampler sampler,
      SlowSampler slowSampler,
      HandshakeSender sender,
      ControlCounters counters,
      NanoClock clock) {
    this.workers = workers;
    this.protocol = protocol;
    this.peers = peers;
    this.sampler = sampler;
    this.slowSampler = slowSampler;
    this.sender = sender;
    this.counters = counters;
    this.clock = clock;
    intake = new HandshakeIntake(workers, protocol, counters, clock, new ThreadCpuClock());
  }

  /**
   * Does what is due.
   *
   * @return nanoseconds until something is due again, 0 when work is left
   */
  long cycle() {
    boolean more = false;
    for (int i = 0; i < workers.size(); i++) {
      more |= drain(workers.control(i).reports());
      more |= drain(workers.control(i).denied());
    }
    long checkInNs = intake.check();
    long nowNs = clock.nowNs();
    long sampleInNs = sampler.sample(nowNs);
    slowSampler.sample(nowNs);
    protocol.poll(nowNs);
    long releaseInNs = denials.release(nowNs);
    long answerInNs = intake.answer();
    long timerInNs = untilTimer();
    sender.flush();
    counters.load(protocol.waitingInitiations(), protocol.underLoad(nowNs));
    if (more) {
      return 0;
    }
    long dueInNs = Math.min(Math.min(sampleInNs, timerInNs), Math.min(checkInNs, answerInNs));
    return Math.min(dueInNs, releaseInNs);
  }

  private long untilTimer() {
    // Answers arm timers too.
    long nowNs = clock.nowNs();
    long deadlineNs = protocol.poll(nowNs);
    return deadlineNs == DeviceProtocol.NO_DEADLINE
        ? Long.MAX_VALUE
        : Math.max(0, deadlineNs - nowNs);
  }

  /** Takes all that the workers reported, while they stand still; starts nothing else. */
  void takeReports() {
    for (int i = 0; i < workers.size(); i++) {
      while (drain(workers.control(i).reports())) {
        // each takes a bounded number
      }
    }
    sender.flush();
  }

  /** Whether the workers brought so much that they need not wake the thread for more. */
  boolean flooded() {
    return intake.flooded();
  }

  /** Whether the workers brought nothing since. */
  boolean idle() {
    for (int i = 0; i < workers.size(); i++) {
      if (!workers.control(i).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private boolean drain(RecordRing ring) {
    for (int i = 0; i < REPORTS_PER_PASS; i++) {
      if (ring.size() == 0) {
        return false;
      }
      try {
        handle(ring);
      } finally {
        ring.release();
      }
    }
    return true;
  }

  private void handle(RecordRing ring) {
    long nowNs = clock.nowNs();
    switch (ring.kind()) {
      case ControlRing.HANDSHAKE_WANTED -> {
        PeerEntry entry = peers.bySlot(ring.value());
        if (entry != null) {
          sampler.clearHandshakeWantedLater(entry);
          protocol.onHandshakeWanted(entry.protocol(), nowNs);
        }
      }
      case ControlRing.SESSION_CONFIRMED -> {
        Session session = peers.sessions().get(ring.value());
        PeerEntry entry = session == null ? null : peers.bySlot(session.peer().slot());
        if (entry != null) {
          protocol.onSessionConfirmed(entry.protocol(), ring.value(), nowNs);
        }
      }
      case ControlRing.ENDPOINT_MOVED -> {
        PeerEntry entry = peers.bySlot(ring.value());
        if (entry != null) {
          protocol.onEndpointMoved(entry.protocol(), Arrival.endpoint(ring.address()), nowNs);
          entry.peer().clearMove();
        }
      }
      case ControlRing.ACCESS_DENIED -> {
        PeerEntry entry = peers.bySlot(ring.value());
        if (entry != null) {
          denials.denied(entry, ring.message(), ring.length(), nowNs);
        }
      }
      default -> throw new IllegalStateException("record of kind " + ring.kind());
    }
  }
}
