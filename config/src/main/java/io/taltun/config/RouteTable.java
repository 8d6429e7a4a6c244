package io.taltun.config;

/**
 * The kernel's routing table that the tunnel's routes go to.
 *
 * @param id 1 to 2^32 - 1, or 0 for no routes at all
 */
public record RouteTable(long id) {
  private static final long MOST = 0xffff_ffffL;

  /** RT_TABLE_MAIN of linux/rtnetlink.h. */
  public static final RouteTable MAIN = new RouteTable(254);

  /** Routes are not touched. */
  public static final RouteTable OFF = new RouteTable(0);

  /** Checks the range. */
  public RouteTable {
    if (id < 0 || id > MOST) {
      throw new IllegalArgumentException("a routing table is 1 to " + MOST + ", main or off");
    }
  }

  static RouteTable parse(String text) {
    return switch (text) {
      case "main" -> MAIN;
      case "off" -> OFF;
      default -> {
        try {
          yield new RouteTable(Decimal.parse(text, 1, MOST));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(e.getMessage() + ", main or off", e);
        }
      }
    };
  }

  /** Whether routes are left alone. */
  public boolean isOff() {
    return id == 0;
  }

  /** {@code main}, {@code off} or the number. */
  @Override
  public String toString() {
    return this.equals(MAIN) ? "main" : isOff() ? "off" : Long.toString(id);
  }
}
