package io.taltun.daemon.simulation;

import java.util.BitSet;

/** Every packet that a TUN device gave and every one that a TUN device got. */
final class Ledger {
  private final Flow[][] flows;

  Ledger(int hosts) {
    flows = new Flow[hosts][hosts];
    for (Flow[] row : flows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = new Flow();
      }
    }
  }

  private static final class Flow {
    final BitSet delivered = new BitSet();
    int sent;

    /** Packets from this one on have to arrive. */
    int owedFrom;

    boolean excused;
  }

  /** The number of the next packet from one device to another. */
  int next(int from, int to) {
    return flows[from][to].sent++;
  }

  int sent(int from, int to) {
    return flows[from][to].sent;
  }

  void deliver(int from, int to, long number) {
    Flow flow = flows[from][to];
    if (number < 0 || number >= flow.sent) {
      throw new Violation("device %d got a packet that device %d never sent".formatted(to, from));
    }
    if (flow.delivered.get((int) number)) {
      throw new Violation("packet %d from device %d delivered twice".formatted(number, from));
    }
    flow.delivered.set((int) number);
  }

  /** Whether one of the packets from {@code number} on arrived. */
  boolean deliveredSince(int from, int to, int number) {
    return flows[from][to].delivered.nextSetBit(number) >= 0;
  }

  /** A packet found no room to wait, or no endpoint: that it is lost is no fault. */
  void excuse(int from, int to) {
    flows[from][to].excused = true;
  }

  /** From now on nothing may be lost. */
  void expectAll(int from, int to) {
    Flow flow = flows[from][to];
    flow.owedFrom = flow.sent;
    flow.excused = false;
  }

  void requireAll(int from, int to) {
    Flow flow = flows[from][to];
    int missing = flow.delivered.nextClearBit(flow.owedFrom);
    if (missing < flow.sent && !flow.excused) {
      throw new Violation(
          "packet %d of %d from device %d to device %d was lost in calm weather"
              .formatted(missing - flow.owedFrom, flow.sent - flow.owedFrom, from, to));
    }
  }
}
