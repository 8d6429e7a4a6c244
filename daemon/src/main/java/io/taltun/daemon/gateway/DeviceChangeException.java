package io.taltun.daemon.gateway;

/** A change that could not be made; the device is as it was before. */
public final class DeviceChangeException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * @param errno positive, of errno(3)
   */
  public DeviceChangeException(int errno, String message) {
    super(message);
    this.errno = errno;
  }

  /** Positive, of errno(3). */
  public int errno() {
    return errno;
  }
}
