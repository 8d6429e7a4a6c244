package io.taltun.config;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.X25519;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** Keys that are the same in every run, and short ways to read. */
final class Samples {
  static final X25519 X = Primitives.of("jdk").x25519();
  static final Path FILE = Path.of("peers.yaml");

  static final PrivateKey OWN = PrivateKey.generate(new SplittableRandom(1));
  static final String OWN_PRIVATE = OWN.toBase64();
  static final String OWN_PUBLIC = OWN.publicKey(X).toBase64();
  static final String PEER_A = peerKey(2);
  static final String PEER_B = peerKey(3);
  static final String PSK = PresharedKey.generate(new SplittableRandom(4)).toBase64();

  private Samples() {}

  static String peerKey(long seed) {
    byte[] raw = new byte[PublicKey.LENGTH];
    new SplittableRandom(seed).nextBytes(raw);
    return PublicKey.of(raw).toBase64();
  }

  static ConfigResult parse(String yaml) {
    return ConfigReader.parse(yaml, FILE, X);
  }

  static TaltunConfig valid(ConfigResult result) {
    return switch (result) {
      case ConfigResult.Valid valid -> valid.config();
      case ConfigResult.Invalid invalid -> throw new AssertionError(invalid.errors().toString());
    };
  }

  static List<String> errors(ConfigResult result) {
    return switch (result) {
      case ConfigResult.Valid valid -> List.of();
      case ConfigResult.Invalid invalid ->
          invalid.errors().stream().map(ConfigError::toString).toList();
    };
  }

  static List<String> warnings(ConfigResult result) {
    return switch (result) {
      case ConfigResult.Valid valid ->
          valid.warnings().stream().map(ConfigError::toString).toList();
      case ConfigResult.Invalid invalid -> throw new AssertionError(invalid.errors().toString());
    };
  }

  /** Replaces the names of the keys above by the keys. */
  static String keys(String text) {
    return text.replace("OWN_PRIVATE", OWN_PRIVATE)
        .replace("OWN_PUBLIC", OWN_PUBLIC)
        .replace("PEER_A", PEER_A)
        .replace("PEER_B", PEER_B)
        .replace("A_PSK", PSK);
  }
}
