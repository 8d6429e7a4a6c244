package io.taltun.daemon.gateway;

/** One running gateway as the rest of the process sees it. Every method is safe on any thread. */
public interface Gateway extends AutoCloseable {
  /** The device's name. */
  String name();

  /** A snapshot; blocks for at most one second. */
  GatewayStatus status();

  /** What runs, and how; an offload may fall back while the gateway lives. */
  GatewayInfo info();

  /** Only for the UAPI, whose socket is root's. */
  GatewaySecrets secrets();

  /** Asks for the end and returns at once; whoever waits in {@link #awaitStop} then closes. */
  void requestStop();

  /**
   * Waits until {@link #requestStop} was called or the gateway cannot go on.
   *
   * @return null when the stop was asked for, otherwise one line that says what broke
   */
  String awaitStop() throws InterruptedException;

  /** Takes addresses, routes, sockets and the device away; harmless when done before. */
  @Override
  void close();
}
