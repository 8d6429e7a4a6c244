package io.taltun.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with one file, so that all of it is said at once. */
final class Problems {
  private static final Comparator<ConfigError> BY_PLACE =
      Comparator.comparingInt(ConfigError::line).thenComparingInt(ConfigError::column);

  private final Path file;
  private final List<ConfigError> errors = new ArrayList<>();
  private final List<ConfigError> warnings = new ArrayList<>();

  Problems(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  void error(Place place, String message) {
    errors.add(new ConfigError(file, place.line(), place.column(), message));
  }

  void warn(Place place, String message) {
    warnings.add(new ConfigError(file, place.line(), place.column(), message));
  }

  boolean none() {
    return errors.isEmpty();
  }

  List<ConfigError> warnings() {
    return warnings.stream().sorted(BY_PLACE).toList();
  }

  ConfigResult.Invalid invalid() {
    return new ConfigResult.Invalid(errors.stream().sorted(BY_PLACE).toList());
  }
}
