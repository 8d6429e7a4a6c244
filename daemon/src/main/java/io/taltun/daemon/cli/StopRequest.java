package io.taltun.daemon.cli;

import io.taltun.daemon.gateway.Gateway;

/** A stop that may be asked for before the gateway is there to take it. */
final class StopRequest {
  private static final int KILLED = 130;

  // Guarded by this.
  private Gateway gateway;
  private boolean asked;

  /** Asks; a second time means that the first was not fast enough, and ends the process. */
  void bySignal() {
    synchronized (this) {
      if (asked) {
        Runtime.getRuntime().halt(KILLED);
      }
    }
    ask();
  }

  synchronized void ask() {
    asked = true;
    if (gateway != null) {
      gateway.requestStop();
    }
  }

  synchronized void setGateway(Gateway started) {
    gateway = started;
    if (asked) {
      started.requestStop();
    }
  }
}
