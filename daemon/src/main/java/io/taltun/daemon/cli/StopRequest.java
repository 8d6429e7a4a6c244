package io.taltun.daemon.cli;

import io.taltun.daemon.gateway.Gateway;

/** A stop that may be asked for before the gateway is there to take it. */
final class StopRequest {
  private static final int KILLED = 130;

  /** One wish may arrive as two signals: from the terminal, and from who was told by it. */
  private static final long ANOTHER_WISH_NS = 1_000_000_000;

  // Guarded by this.
  private Gateway gateway;
  private boolean asked;
  private long askedNs;

  /** Asks; a second time means that the first was not fast enough, and ends the process. */
  void bySignal() {
    synchronized (this) {
      if (asked) {
        if (System.nanoTime() - askedNs > ANOTHER_WISH_NS) {
          Runtime.getRuntime().halt(KILLED);
        }
        return;
      }
    }
    ask();
  }

  synchronized void ask() {
    if (!asked) {
      askedNs = System.nanoTime();
    }
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
