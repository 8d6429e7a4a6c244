package io.taltun.config;

import java.nio.file.Path;

/**
 * One thing wrong in a file, or worth a warning.
 *
 * @param file as it was named
 * @param line from 1
 * @param column from 1, in code points
 * @param message what is wrong and what to do, one line, never a secret
 */
public record ConfigError(Path file, int line, int column, String message) {
  /** {@code FILE:LINE:COLUMN: message}. */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column + ": " + message;
  }
}
