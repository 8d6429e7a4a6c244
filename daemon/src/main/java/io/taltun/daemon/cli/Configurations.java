package io.taltun.daemon.cli;

import io.taltun.config.ConfigError;
import io.taltun.config.ConfigResult;
import io.taltun.config.TaltunConfig;
import java.io.PrintWriter;
import java.util.List;

/** What commands do with the outcome of reading a file. */
final class Configurations {
  private Configurations() {}

  /**
   * Prints every warning and error.
   *
   * @return the configuration
   * @throws CommandFailure with exit code 2 when there is none
   */
  static TaltunConfig require(ConfigResult result, PrintWriter err) {
    return switch (result) {
      case ConfigResult.Valid valid -> {
        valid.warnings().forEach(warning -> err.println("warning: " + warning));
        yield valid.config();
      }
      case ConfigResult.Invalid invalid -> {
        List<ConfigError> errors = invalid.errors();
        errors.forEach(err::println);
        err.flush();
        String count = errors.size() == 1 ? "1 error" : errors.size() + " errors";
        throw CommandFailure.usage(
            count + " in " + errors.getFirst().file() + "; correct and try again");
      }
    };
  }

  static void eraseKeys(TaltunConfig config) {
    config.iface().privateKey().close();
    config.peers().forEach(peer -> peer.presharedKey().close());
  }
}
