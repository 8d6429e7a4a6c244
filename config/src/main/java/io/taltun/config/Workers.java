package io.taltun.config;

/**
 * How many threads carry packets.
 *
 * @param count 1 to 256, or 0 for one per usable CPU
 */
public record Workers(int count) {
  /** TUN queues per device end here (MAX_TAP_QUEUES in the kernel). */
  public static final int MOST = 256;

  /** One per usable CPU. */
  public static final Workers AUTO = new Workers(0);

  /** Checks the range. */
  public Workers {
    if (count < 0 || count > MOST) {
      throw new IllegalArgumentException("workers are 1 to " + MOST + ", or auto");
    }
  }

  static Workers parse(String text) {
    if (text.equals("auto")) {
      return AUTO;
    }
    try {
      return new Workers((int) Decimal.parse(text, 1, MOST));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + ", or auto", e);
    }
  }

  /** Whether the machine decides. */
  public boolean isAuto() {
    return count == 0;
  }

  /** The number of threads on a machine with {@code cpus} usable CPUs. */
  public int resolve(int cpus) {
    return isAuto() ? Math.clamp(cpus, 1, MOST) : count;
  }

  /** {@code auto} or the number. */
  @Override
  public String toString() {
    return isAuto() ? "auto" : Integer.toString(count);
  }
}
