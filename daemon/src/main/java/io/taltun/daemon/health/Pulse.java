package io.taltun.daemon.health;

import io.taltun.dataplane.counter.Histogram;
import io.taltun.dataplane.os.NanoClock;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One thread's sign of life: it is asked the way that everybody asks it for something, and answers
 * from inside its loop, between two pieces of work. A thread that sleeps is woken for it; one that
 * hangs in a loop or a call does not answer, however busy it is.
 */
public final class Pulse {
  private final String name;
  private final Consumer<Runnable> ask;
  private final NanoClock clock;
  private final Runnable answer = this::answer;
  private final Histogram delays =
      new Histogram(
          TimeUnit.MICROSECONDS.toNanos(50),
          TimeUnit.MICROSECONDS.toNanos(100),
          TimeUnit.MICROSECONDS.toNanos(250),
          TimeUnit.MICROSECONDS.toNanos(500),
          TimeUnit.MILLISECONDS.toNanos(1),
          TimeUnit.MICROSECONDS.toNanos(2500),
          TimeUnit.MILLISECONDS.toNanos(5),
          TimeUnit.MILLISECONDS.toNanos(10),
          TimeUnit.MILLISECONDS.toNanos(25),
          TimeUnit.MILLISECONDS.toNanos(50),
          TimeUnit.MILLISECONDS.toNanos(100),
          TimeUnit.MILLISECONDS.toNanos(250),
          TimeUnit.SECONDS.toNanos(1),
          TimeUnit.SECONDS.toNanos(5));

  // Written by the heartbeat, before it asks.
  private long askedNs;
  private long asked;

  // Written by the heartbeat.
  private int missed;

  // Written by the thread that answers.
  private volatile long answered;

  /**
   * @param name the thread's
   * @param ask lets the thread run something soon; must not block
   */
  public Pulse(String name, Consumer<Runnable> ask) {
    this(name, ask, System::nanoTime);
  }

  Pulse(String name, Consumer<Runnable> ask, NanoClock clock) {
    this.name = name;
    this.ask = ask;
    this.clock = clock;
  }

  /** The thread's name. */
  public String name() {
    return name;
  }

  /** Nanoseconds from question to answer. Any thread. */
  public Histogram delays() {
    return delays;
  }

  /** Asks, unless the last question is open: then that was one more beat without an answer. */
  void beat() {
    if (answered != asked) {
      missed++;
      return;
    }
    missed = 0;
    askedNs = clock.nowNs();
    asked++;
    ask.accept(answer);
  }

  /** Beats since a question that was not answered; 0 when all were. */
  int missed() {
    return missed;
  }

  private void answer() {
    delays.record(clock.nowNs() - askedNs);
    answered = asked;
  }
}
