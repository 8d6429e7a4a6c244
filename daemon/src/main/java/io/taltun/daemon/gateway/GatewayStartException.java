package io.taltun.daemon.gateway;

/** A gateway did not come up; the message is one line that says what to do next. */
public final class GatewayStartException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says what went wrong, without a cause. */
  public GatewayStartException(String message) {
    super(message);
  }

  /** Says what went wrong; the cause is for {@code --debug}. */
  public GatewayStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
