package io.taltun.daemon.metrics;

/** A part of an answer that is written piece by piece, so that the whole never stands in memory. */
interface Section {
  /**
   * Writes at most a few dozen KiB.
   *
   * @return whether there is more to write
   */
  boolean write(TextWriter out);
}
