package io.taltun.daemon.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.Supplier;

/** What happened, for people, when it is asked for; and always a number that depends on it all. */
final class Trace {
  private static final int KEPT = 200;
  private static final int EVERYBODY = -1;

  private final Schedule schedule;
  private final boolean on;
  private final boolean printed;
  private final Deque<String> last = new ArrayDeque<>();
  private final Mixer digest = new Mixer(0);

  /**
   * @param on whether lines are made at all
   * @param printed all of them, as they come; the last ones are kept in any case
   */
  Trace(Schedule schedule, boolean on, boolean printed) {
    this.schedule = schedule;
    this.on = on;
    this.printed = printed;
  }

  void add(int host, Supplier<String> what) {
    if (on) {
      String line =
          String.format(
              Locale.ROOT,
              "%16.6f  %s  %s",
              schedule.nowNs() / 1e9,
              host == EVERYBODY ? "========" : "device " + host,
              what.get());
      if (printed) {
        System.out.println(line);
      }
      if (last.size() == KEPT) {
        last.removeFirst();
      }
      last.addLast(line);
    }
  }

  /** Another part of an episode. */
  void begin(String phase) {
    add(EVERYBODY, () -> phase);
  }

  /** Something that two runs of one seed have to agree on. */
  void mix(long fact) {
    digest.add(schedule.nowNs());
    digest.add(fact);
  }

  long digest() {
    return digest.word();
  }

  /** The latest lines. */
  String tail() {
    return String.join("\n", last);
  }
}
