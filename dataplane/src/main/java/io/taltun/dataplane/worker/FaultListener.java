package io.taltun.dataplane.worker;

/** Hears of what must not happen on a worker. Called by the worker's thread. */
public interface FaultListener {
  /** An exception in a duty cycle: a bug. The worker goes on. */
  void onFault(String worker, RuntimeException fault);

  /** The worker ended although nobody asked it to. */
  void onEnd(String worker, String why);

  /** The worker ended because its device was deleted. */
  void onDeviceDeleted(String worker);
}
