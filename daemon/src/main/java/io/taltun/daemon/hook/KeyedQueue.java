package io.taltun.daemon.hook;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * Runs tasks on threads of their own: those of one key in their order and one at a time, a bounded
 * number at once, and a bounded number that wait. Any thread.
 */
final class KeyedQueue {
  private final int mostRunning;
  private final int mostWaiting;

  // All guarded by this. A key is in `waiting` while a task of it runs or waits.
  private final Map<String, Queue<Runnable>> waiting = new HashMap<>();
  private final Queue<String> ready = new ArrayDeque<>();
  private int waitingCount;
  private int running;
  private boolean closed;

  KeyedQueue(int mostRunning, int mostWaiting) {
    this.mostRunning = mostRunning;
    this.mostWaiting = mostWaiting;
  }

  /** Whether there was room for the task. */
  synchronized boolean offer(String key, Runnable task) {
    if (closed || waitingCount == mostWaiting) {
      return false;
    }
    waitingCount++;
    Queue<Runnable> others = waiting.get(key);
    if (others == null) {
      others = new ArrayDeque<>();
      waiting.put(key, others);
      ready.add(key);
    }
    others.add(task);
    startMore();
    return true;
  }

  private void startMore() {
    while (running < mostRunning && !ready.isEmpty()) {
      String key = ready.remove();
      Runnable task = waiting.get(key).remove();
      waitingCount--;
      running++;
      Thread.ofPlatform().daemon().name("taltun-hook").start(() -> run(key, task));
    }
  }

  private void run(String key, Runnable task) {
    try {
      task.run();
    } finally {
      ended(key);
    }
  }

  private synchronized void ended(String key) {
    running--;
    if (waiting.get(key).isEmpty()) {
      waiting.remove(key);
    } else {
      ready.add(key);
    }
    startMore();
    notifyAll();
  }

  /** Forgets what waits, takes no more, and waits for what runs, for so long at most. */
  synchronized void close(long withinMs) throws InterruptedException {
    closed = true;
    ready.clear();
    waiting.values().forEach(Queue::clear);
    waitingCount = 0;
    long endNs = System.nanoTime() + withinMs * 1_000_000;
    for (long leftMs = withinMs; running > 0 && leftMs > 0; ) {
      wait(leftMs);
      leftMs = (endNs - System.nanoTime()) / 1_000_000;
    }
  }
}
