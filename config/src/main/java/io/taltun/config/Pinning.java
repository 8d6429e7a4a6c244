package io.taltun.config;

/** Whether each worker is bound to one CPU. */
public enum Pinning {
  /** Where it helps. */
  AUTO,
  /** Wherever the kernel allows it. */
  ON,
  /** The kernel's scheduler decides. */
  OFF;

  /** As the file has it. */
  @Override
  public String toString() {
    return Words.of(this);
  }
}
