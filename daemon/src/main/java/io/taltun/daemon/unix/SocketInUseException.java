package io.taltun.daemon.unix;

import java.io.IOException;
import java.nio.file.Path;

/** A live process listens there. */
public final class SocketInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  SocketInUseException(Path socket) {
    super(socket + " is in use by a running process");
  }
}
