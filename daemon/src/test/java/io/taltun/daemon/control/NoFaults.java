package io.taltun.daemon.control;

import io.taltun.dataplane.worker.FaultListener;

/** Of threads that are to work. */
final class NoFaults implements FaultListener {
  @Override
  public void onFault(String worker, RuntimeException fault) {
    throw fault;
  }

  @Override
  public void onEnd(String worker, String why) {
    throw new AssertionError(why);
  }

  @Override
  public void onDeviceDeleted(String worker) {
    throw new AssertionError(worker);
  }
}
