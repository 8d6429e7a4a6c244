package io.taltun.daemon.simulation;

/** An invariant that did not hold. */
final class Violation extends AssertionError {
  private static final long serialVersionUID = 1;

  Violation(String what) {
    super(what);
  }
}
