package io.taltun.daemon.takeover;

/** A takeover that does not happen; the message is one line for the operator. */
public final class TakeoverException extends Exception {
  private static final long serialVersionUID = 1L;

  public TakeoverException(String message) {
    super(message);
  }

  public TakeoverException(String message, Throwable cause) {
    super(message, cause);
  }
}
