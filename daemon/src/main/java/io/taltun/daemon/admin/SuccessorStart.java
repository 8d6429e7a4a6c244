package io.taltun.daemon.admin;

import java.io.IOException;
import java.nio.file.Path;

/** Starts, beside the process that runs a gateway, the one that takes it over. */
@FunctionalInterface
public interface SuccessorStart {
  /**
   * Returns as soon as that process runs; what becomes of it stands in the log.
   *
   * @param file the configuration that the caller means, absolute
   * @return the process's id
   * @throws IOException when it is not started; the message is one line for the operator
   */
  long start(Path file) throws IOException;
}
