package io.taltun.config;

import io.taltun.crypto.primitive.HeapX25519;
import io.taltun.crypto.primitive.X25519;

/** What must hold of every answer of a reader, whatever it read. */
final class Results {
  /** Public keys at no cost: nothing here needs them to be right, only to differ. */
  static final X25519 CHEAP =
      new HeapX25519() {
        @Override
        public String engine() {
          return "cheap";
        }

        @Override
        public void publicKey(byte[] privateKey, byte[] out32) {
          for (int i = 0; i < out32.length; i++) {
            out32[i] = (byte) (privateKey[i] + 1);
          }
        }

        @Override
        public boolean agree(byte[] privateKey, byte[] publicKey, byte[] out32) {
          throw new AssertionError("nothing to agree on in a file");
        }
      };

  private Results() {}

  /** The configuration, or null after a look at the errors. */
  static TaltunConfig checked(ConfigResult result, String text) {
    return switch (result) {
      case ConfigResult.Valid valid -> {
        // Warnings show a line as it is, so that nothing is lost by an import.
        valid.warnings().forEach(it -> check(it, text));
        yield valid.config();
      }
      case ConfigResult.Invalid invalid -> {
        require(!invalid.errors().isEmpty(), "neither a configuration nor an error");
        for (ConfigError error : invalid.errors()) {
          check(error, text);
          require(!error.message().contains(Samples.OWN_PRIVATE), "a key is in: " + error);
        }
        yield null;
      }
    };
  }

  /** It has a place in the text and one line to say. */
  private static void check(ConfigError error, String text) {
    long lines = text.lines().count();
    require(error.line() >= 1 && error.line() <= lines + 2, "line " + error.line());
    require(error.column() >= 1, "column " + error.column());
    String message = error.message();
    require(!message.isEmpty() && message.lines().count() == 1, "message: " + message);
  }

  static void require(boolean so, String what) {
    if (!so) {
      throw new AssertionError(what);
    }
  }

  static void requireSame(TaltunConfig expected, TaltunConfig actual, String through) {
    require(actual != null, through + ": not valid any more");
    require(
        expected.iface().equals(actual.iface())
            && expected.peers().equals(actual.peers())
            && expected.tuning().equals(actual.tuning())
            && expected.relay().equals(actual.relay())
            && expected.metrics().equals(actual.metrics()),
        through + ": " + actual + ", not " + expected);
  }
}
