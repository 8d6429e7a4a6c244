package io.taltun.dataplane.worker;

/** Hears of what must not happen: an exception in a duty cycle. Called by the worker's thread. */
@FunctionalInterface
public interface FaultListener {
  void onFault(String worker, RuntimeException fault);
}
