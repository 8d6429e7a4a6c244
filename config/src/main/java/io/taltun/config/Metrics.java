package io.taltun.config;

/**
 * Where metrics are served over HTTP.
 *
 * @param listen an IP address and a TCP port; null for nowhere
 */
public record Metrics(HostPort listen) {
  /** On this machine only, at the port that WireGuard's exporters have. */
  public static final Metrics DEFAULT = new Metrics(new HostPort("127.0.0.1", 9586));

  /** Nowhere. */
  public static final Metrics OFF = new Metrics(null);

  private static final String OFF_WORD = "off";

  /**
   * Reads {@code ADDRESS:PORT} or {@code off}.
   *
   * @throws IllegalArgumentException when it is neither; the message says what is wrong
   */
  static Metrics parse(String text) {
    if (text.equals(OFF_WORD)) {
      return OFF;
    }
    HostPort listen;
    try {
      listen = HostPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong(text);
    }
    // A zone would need the interface to be there.
    if (IpLiteral.parse(listen.host()) == null) {
      throw wrong(text);
    }
    return new Metrics(listen);
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        Quote.value(text)
            + " is not an address with a port like 127.0.0.1:9586 or \"[::1]:9586\", or off");
  }

  /** Whether they are served. */
  public boolean enabled() {
    return listen != null;
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return enabled() ? listen.toString() : OFF_WORD;
  }
}
