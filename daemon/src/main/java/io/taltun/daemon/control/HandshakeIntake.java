package io.taltun.daemon.control;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.wire.MessageType;
import io.taltun.daemon.peer.Answer;
import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.mailbox.RecordRing;
import io.taltun.dataplane.os.NanoClock;
import io.taltun.dataplane.udp.Arrival;
import io.taltun.dataplane.worker.WorkerGroup;
import java.time.Duration;

/**
 * Takes the handshake messages that the workers pass on, in two steps: all are checked, which costs
 * a few hashes; initiations that pass are answered one by one, which costs Diffie-Hellman. Each
 * step has a bounded turn, and a bounded share of a CPU for what turns out to be forged: a flood
 * takes that much from the workers and no more (trap 11). Control thread only.
 */
final class HandshakeIntake {
  /** Messages of one ring that are checked in a turn: about 1 ms with a cookie reply for each. */
  private static final int CHECKS_A_TURN = 256;

  /** Answers in a turn take this long; one is never cut short. */
  private static final long ANSWERS_A_TURN_NS = Duration.ofMillis(2).toNanos();

  /** More in a turn than any number of honest peers sends: then a pause costs nobody anything. */
  private static final int FLOOD = 64;

  private static final int CHECKS_ONE_IN = 2;
  private static final int ANSWERS_IN_VAIN_ONE_IN = 4;
  private static final long BURST_NS = Duration.ofMillis(10).toNanos();

  private final WorkerGroup workers;
  private final DeviceProtocol protocol;
  private final ControlCounters counters;
  private final NanoClock clock;
  private final NanoClock cpu;
  private final WorkShare checks;
  private final WorkShare answersInVain;
  private final byte[] message = new byte[ControlRing.MAX_MESSAGE];
  private boolean flooded;

  /**
   * @param cpu the control thread's CPU time
   */
  HandshakeIntake(
      WorkerGroup workers,
      DeviceProtocol protocol,
      ControlCounters counters,
      NanoClock clock,
      NanoClock cpu) {
    this.workers = workers;
    this.protocol = protocol;
    this.counters = counters;
    this.clock = clock;
    this.cpu = cpu;
    checks = new WorkShare(CHECKS_ONE_IN, BURST_NS, clock.nowNs());
    answersInVain = new WorkShare(ANSWERS_IN_VAIN_ONE_IN, BURST_NS, clock.nowNs());
  }

  /**
   * Checks what came.
   *
   * @return nanoseconds until the next turn, {@link Long#MAX_VALUE} when nothing waits
   */
  long check() {
    long nowNs = clock.nowNs();
    flooded = false;
    if (!checks.available(nowNs)) {
      flooded = true;
      return checks.availableInNs();
    }
    long startNs = cpu.nowNs();
    int checked = 0;
    int most = 0;
    for (int i = 0; i < workers.size(); i++) {
      ControlRing control = workers.control(i);
      int underWay = check(control.underWay(), nowNs);
      int newcomers = check(control.newcomers(), nowNs);
      checked += underWay + newcomers;
      most = Math.max(most, Math.max(underWay, newcomers));
    }
    if (checked > 0) {
      checks.spend(cpu.nowNs() - startNs);
    }
    flooded = checked >= FLOOD;
    return most == CHECKS_A_TURN ? checks.availableInNs() : Long.MAX_VALUE;
  }

  private int check(RecordRing ring, long nowNs) {
    int count = Math.min(ring.size(), CHECKS_A_TURN);
    for (int i = 0; i < count; i++) {
      try {
        int length = ring.length();
        NativeMemory.copy(ring.message(), message, 0, length);
        counters.received(MessageType.of(message, length));
        protocol.onHandshakeMessage(message, length, Arrival.endpoint(ring.address()), nowNs);
      } finally {
        ring.release();
      }
    }
    return count;
  }

  /**
   * Answers initiations that passed the checks.
   *
   * @return nanoseconds until the next turn, {@link Long#MAX_VALUE} when none waits
   */
  long answer() {
    if (protocol.waitingInitiations() == 0) {
      return Long.MAX_VALUE;
    }
    long nowNs = clock.nowNs();
    long endNs = nowNs + ANSWERS_A_TURN_NS;
    long startNs = cpu.nowNs();
    while (nowNs - endNs < 0 && answersInVain.available(nowNs)) {
      Answer answer = protocol.answerNext(nowNs);
      if (answer == Answer.NONE_WAITS) {
        return Long.MAX_VALUE;
      }
      long doneNs = cpu.nowNs();
      if (answer == Answer.IN_VAIN) {
        answersInVain.spend(doneNs - startNs);
      }
      startNs = doneNs;
      nowNs = clock.nowNs();
    }
    return answersInVain.availableInNs();
  }

  /** Whether so much came in the latest turn that the next may be a moment later. */
  boolean flooded() {
    return flooded;
  }
}
