package io.taltun.bench.micro;

/** One way of sleeping until an eventfd is readable. Used by the thread that made it. */
interface Waiter extends AutoCloseable {
  /** Blocks until the eventfd was signalled, and takes the signal back. */
  void await();

  @Override
  void close();
}
