package io.taltun.daemon.control;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.os.NanoClock;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.udp.Arrival;
import io.taltun.dataplane.worker.WorkerGroup;

/**
 * One pass of the control thread: what the workers reported, then the traffic samples that are due,
 * then the protocol's timers. Control thread only.
 */
public final class ControlLoop {
  /** Records taken from one worker before the timers have their turn. */
  private static final int RECORDS_PER_PASS = 64;

  /** A queue this full means more handshakes than can be answered (the kernel: 1/8 as well). */
  private static final int UNDER_LOAD_RECORDS = 1024 / 8;

  private final WorkerGroup workers;
  private final DeviceProtocol protocol;
  private final PeerTable peers;
  private final TrafficSampler sampler;
  private final NanoClock clock;
  private final byte[] message = new byte[ControlRing.MAX_MESSAGE];

  public ControlLoop(
      WorkerGroup workers,
      DeviceProtocol protocol,
      PeerTable peers,
      TrafficSampler sampler,
      NanoClock clock) {
    this.workers = workers;
    this.protocol = protocol;
    this.peers = peers;
    this.sampler = sampler;
    this.clock = clock;
  }

  /**
   * Does what is due.
   *
   * @return nanoseconds until something is due again, 0 when work is left
   */
  long cycle() {
    boolean more = false;
    for (int i = 0; i < workers.size(); i++) {
      more |= drain(workers.control(i));
    }
    long nowNs = clock.nowNs();
    long sampleInNs = sampler.sample(nowNs);
    long deadlineNs = protocol.poll(nowNs);
    if (more) {
      return 0;
    }
    long timerInNs =
        deadlineNs == DeviceProtocol.NO_DEADLINE
            ? Long.MAX_VALUE
            : Math.max(0, deadlineNs - clock.nowNs());
    return Math.min(sampleInNs, timerInNs);
  }

  private boolean drain(ControlRing ring) {
    for (int i = 0; i < RECORDS_PER_PASS; i++) {
      int waiting = ring.size();
      if (waiting == 0) {
        return false;
      }
      try {
        handle(ring, waiting > UNDER_LOAD_RECORDS);
      } finally {
        ring.release();
      }
    }
    return true;
  }

  private void handle(ControlRing ring, boolean underLoad) {
    long nowNs = clock.nowNs();
    switch (ring.kind()) {
      case ControlRing.HANDSHAKE_MESSAGE -> {
        int length = ring.length();
        NativeMemory.copy(ring.message(), message, 0, length);
        protocol.onHandshakeMessage(
            message, length, Arrival.endpoint(ring.address()), underLoad, nowNs);
      }
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
      default -> throw new IllegalStateException("record of kind " + ring.kind());
    }
  }
}
