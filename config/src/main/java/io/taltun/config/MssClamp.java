package io.taltun.config;

/**
 * What the maximum segment size of TCP connections through the tunnel is lowered to.
 *
 * @param bytes 88 to 65495, {@link #AUTO}'s or {@link #OFF}'s
 */
public record MssClamp(int bytes) {
  /** As large as fits the MTU. */
  public static final MssClamp AUTO = new MssClamp(-1);

  /** As it is. */
  public static final MssClamp OFF = new MssClamp(0);

  /** Linux's TCP_MIN_MSS. */
  public static final int LEAST = 88;

  /** The largest IPv4 packet less 40 bytes of headers. */
  public static final int MOST = 65_495;

  static MssClamp parse(String text) {
    return switch (text) {
      case "auto" -> AUTO;
      case "off" -> OFF;
      default -> {
        try {
          yield new MssClamp((int) Decimal.parse(text, LEAST, MOST));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(e.getMessage() + ", auto or off", e);
        }
      }
    };
  }

  /** {@code auto}, {@code off} or the number. */
  @Override
  public String toString() {
    if (bytes == AUTO.bytes) {
      return "auto";
    }
    return bytes == OFF.bytes ? "off" : Integer.toString(bytes);
  }
}
