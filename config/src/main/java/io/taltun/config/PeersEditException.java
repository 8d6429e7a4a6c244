package io.taltun.config;

/** A peers.yaml was not edited; the message says why, and what to do. */
public final class PeersEditException extends Exception {
  private static final long serialVersionUID = 1L;

  PeersEditException(String message) {
    super(message);
  }
}
