package io.taltun.dataplane.os;

import java.io.IOException;

/** A system call of set-up or shutdown failed. The packet path never throws it: it reads codes. */
public final class SystemCallException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  public SystemCallException(String what, int errno) {
    super(what + ": " + Errno.text(errno));
    this.errno = errno;
  }

  /**
   * @param detail the kernel's own words beside the errno
   */
  public SystemCallException(String what, int errno, String detail) {
    super(what + ": " + Errno.text(errno) + " (" + detail + ")");
    this.errno = errno;
  }

  /** Returns the positive errno value. */
  public int errno() {
    return errno;
  }
}
