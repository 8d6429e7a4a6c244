package io.taltun.bench.micro;

import io.taltun.dataplane.os.EventFd;
import io.taltun.dataplane.os.SystemCallException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Two threads wake each other through two eventfds, each asleep while the other is awake: one
 * operation is a round trip, two wake-ups. Both threads wait in the same way, on the same kind of
 * descriptor; only the way differs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WakeUpBenchmark {
  /** How the threads wait: a bare epoll instance, or Netty's event loop driven by hand. */
  @Param({"epoll", "netty"})
  public String by;

  private EventFd ping;
  private EventFd pong;
  private Waiter answer;
  private Thread answerer;

  // Written by the benchmark's thread.
  private volatile boolean running;

  @Setup
  public void start() throws SystemCallException {
    ping = new EventFd();
    pong = new EventFd();
    answer = waiter(pong);
    running = true;
    answerer = Thread.ofPlatform().name("answerer").daemon().start(this::answer);
  }

  @TearDown
  public void stop() throws InterruptedException {
    running = false;
    ping.signal();
    answerer.join();
    answer.close();
    ping.close();
    pong.close();
  }

  /** Made by the thread that waits: an event loop belongs to one. */
  private Waiter waiter(EventFd watched) throws SystemCallException {
    return by.equals("netty") ? new NettyWaiter(watched) : new EpollWaiter(watched);
  }

  private void answer() {
    try (Waiter question = waiter(ping)) {
      while (running) {
        question.await();
        pong.signal();
      }
    } catch (SystemCallException e) {
      throw new IllegalStateException(e);
    }
  }

  @Benchmark
  public void roundTrip() {
    ping.signal();
    answer.await();
  }
}
