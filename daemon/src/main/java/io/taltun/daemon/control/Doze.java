package io.taltun.daemon.control;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The sleep of one thread, which others end only while it lasts: a worker that has something for a
 * control thread that is awake pays a fence, not a system call.
 */
final class Doze {
  // Set by the thread before it sleeps, cleared by whoever wakes it.
  private final AtomicBoolean asleep = new AtomicBoolean();

  /**
   * Sleeps unless there is something to do by now. Only ever called by one thread.
   *
   * @param idle whether there is nothing to do
   */
  void sleep(BooleanSupplier idle, long ns) {
    asleep.set(true);
    if (idle.getAsBoolean()) {
      LockSupport.parkNanos(this, ns);
    }
    asleep.set(false);
  }

  /**
   * Ends the sleep, if it sleeps. Any thread, after it has made visible what there is to do;
   * neither blocks, allocates nor throws.
   */
  void wake(Thread sleeper) {
    // Either this sees that it sleeps, or it sees what there is to do before it does (trap 26).
    VarHandle.fullFence();
    if (asleep.getPlain() && asleep.compareAndSet(true, false)) {
      LockSupport.unpark(sleeper);
    }
  }
}
