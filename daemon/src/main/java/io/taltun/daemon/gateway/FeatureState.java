package io.taltun.daemon.gateway;

/**
 * Whether something optional is in use, in the words that {@code /info} and {@code status} show.
 * The reason is one short clause, such as {@code invalid argument}.
 */
record FeatureState(Kind kind, String reason) {
  /** In use. */
  static final FeatureState ON = new FeatureState(Kind.ON, "");

  /** The configuration says so. */
  static final FeatureState OFF = new FeatureState(Kind.OFF, "");

  /** The probe at start failed. */
  static FeatureState unavailable(String reason) {
    return new FeatureState(Kind.UNAVAILABLE, reason);
  }

  /** In use until the kernel refused it. */
  static FeatureState fallenBack(String reason) {
    return new FeatureState(Kind.FALLEN_BACK, reason);
  }

  /** {@code on}, {@code off}, {@code unavailable: REASON} or {@code fallen back: REASON}. */
  @Override
  public String toString() {
    return reason.isEmpty() ? kind.text : kind.text + ": " + reason;
  }

  /** What there is to say beside the reason. */
  enum Kind {
    ON("on"),
    OFF("off"),
    UNAVAILABLE("unavailable"),
    FALLEN_BACK("fallen back");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** Whether a state, as text, is of this kind. */
    boolean startsText(String state) {
      return state.equals(text) || state.startsWith(text + ": ");
    }
  }
}
