package io.taltun.daemon.control;

import io.taltun.config.HostPort;
import io.taltun.dataplane.udp.Endpoint;

/** A peer's endpoint as it was configured: by a name, that may say another address by now. */
final class NamedEndpoint {
  /** Turns a name into an address. */
  @FunctionalInterface
  interface Lookup {
    /** Asks once, without waiting; the answer is null when the name does not resolve. */
    void ask(HostPort name, Answer answer);
  }

  /** Hears the answer, on the control thread. */
  @FunctionalInterface
  interface Answer {
    void found(Endpoint endpoint);
  }

  private final HostPort name;

  // Written by the control thread.
  private volatile boolean wanted = true;

  // Written by the control thread: whether an answer is waited for, and when it was asked for.
  private boolean asking;
  private boolean asked;
  private long askedNs;

  NamedEndpoint(HostPort name) {
    this.name = name;
  }

  HostPort name() {
    return name;
  }

  /** Whether it is still what the peer's endpoint is configured by. Any thread. */
  boolean wanted() {
    return wanted;
  }

  /** The peer is gone, or its endpoint is another one. */
  void forget() {
    wanted = false;
  }

  /** Asks, unless an answer is waited for or was asked for less than {@code pauseNs} ago. */
  void ask(Lookup lookup, long pauseNs, long nowNs, Answer answer) {
    if (asking || asked && nowNs - askedNs < pauseNs) {
      return;
    }
    asking = true;
    asked = true;
    askedNs = nowNs;
    lookup.ask(
        name,
        found -> {
          asking = false;
          answer.found(found);
        });
  }

  @Override
  public String toString() {
    return name.host();
  }
}
