package io.taltun.daemon.gateway;

import java.util.List;

/** A configuration that was not taken; the gateway goes on with the one before. */
public final class ReconfigureException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean invalid;
  private final transient List<String> places;

  private ReconfigureException(
      String message, boolean invalid, List<String> places, Throwable cause) {
    super(message, cause);
    this.invalid = invalid;
    this.places = List.copyOf(places);
  }

  /**
   * The configuration is wrong.
   *
   * @param places each {@code FILE:LINE:COLUMN: message}; none where there is no file
   */
  public static ReconfigureException invalid(String message, List<String> places) {
    return new ReconfigureException(message, true, places, null);
  }

  /** The machine refused. */
  public static ReconfigureException failed(String message, Throwable cause) {
    return new ReconfigureException(message, false, List.of(), cause);
  }

  /** Whether another configuration would help. */
  public boolean isInvalid() {
    return invalid;
  }

  /** What is wrong, each with its place. */
  public List<String> places() {
    return places == null ? List.of() : places;
  }
}
