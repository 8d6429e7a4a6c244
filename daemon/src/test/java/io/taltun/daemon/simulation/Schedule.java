package io.taltun.daemon.simulation;

import java.util.PriorityQueue;

/** What happens, in the order of time; time jumps from one event to the next. */
final class Schedule {
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long nowNs;
  private long nextOrder;
  private long ran;

  /** True time, which no device reads. */
  long nowNs() {
    return nowNs;
  }

  /** Events so far. */
  long ran() {
    return ran;
  }

  void at(long timeNs, Runnable action) {
    events.add(new Event(Math.max(timeNs, nowNs), nextOrder++, action));
  }

  void after(long delayNs, Runnable action) {
    at(nowNs + delayNs, action);
  }

  void runUntil(long endNs) {
    while (!events.isEmpty() && events.peek().timeNs <= endNs) {
      Event event = events.remove();
      nowNs = event.timeNs;
      ran++;
      event.action.run();
    }
    nowNs = endNs;
  }

  void runFor(long durationNs) {
    runUntil(nowNs + durationNs);
  }

  private record Event(long timeNs, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return timeNs != other.timeNs
          ? Long.compare(timeNs, other.timeNs)
          : Long.compare(order, other.order);
    }
  }
}
