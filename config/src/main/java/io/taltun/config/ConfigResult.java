package io.taltun.config;

import java.util.List;

/** What reading a file comes to: a configuration, or everything that is wrong with the file. */
public sealed interface ConfigResult {
  /**
   * A configuration that can be used.
   *
   * @param config whole and consistent
   * @param warnings what the file asks for and the configuration does not carry, in the file's
   *     order
   */
  record Valid(TaltunConfig config, List<ConfigError> warnings) implements ConfigResult {}

  /**
   * A file that cannot be used.
   *
   * @param errors at least one, in the file's order
   */
  record Invalid(List<ConfigError> errors) implements ConfigResult {}
}
