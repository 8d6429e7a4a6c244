package io.taltun.config;

/** Whether a kernel offload is used. */
public enum Offload {
  /** Where the kernel has it. */
  AUTO,
  /** Never, not even probed. */
  OFF;

  /** As the file has it. */
  @Override
  public String toString() {
    return Words.of(this);
  }
}
