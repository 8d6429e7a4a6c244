package io.taltun.daemon.log;

/** Exceptions as text. */
public final class Traces {
  private static final int MOST_CAUSES = 8;

  private Traces() {}

  /** Class and message of the exception and its causes; with their frames when asked to. */
  public static String oneLine(Throwable thrown, boolean frames) {
    return join(thrown, frames, " < ");
  }

  /** As {@link #oneLine} with frames, a line each. */
  public static String lines(Throwable thrown) {
    return join(thrown, true, "\n    ");
  }

  private static String join(Throwable thrown, boolean frames, String separator) {
    var text = new StringBuilder();
    Throwable cause = thrown;
    for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
      text.append(i == 0 ? "" : "; caused by ").append(cause.getClass().getSimpleName());
      if (cause.getMessage() != null) {
        text.append(": ").append(cause.getMessage());
      }
      if (frames) {
        for (StackTraceElement frame : cause.getStackTrace()) {
          text.append(separator).append(frame);
        }
      }
      cause = cause.getCause();
    }
    return text.toString();
  }
}
