package io.taltun.fuzz;

/** An input that a target did not take well. What the target threw is the cause. */
public final class Finding extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final transient byte[] input;

  Finding(FuzzTarget target, byte[] input, String origin, Throwable cause) {
    super(
        "fuzz target %s, %s: %s%ninput: %s"
            .formatted(target.name(), origin, cause, Corpus.line(input)),
        cause);
    this.input = input;
  }

  /** What did it; a line of the corpus keeps it from coming back. */
  public byte[] input() {
    return input.clone();
  }
}
