package io.taltun.crypto.primitive;

import io.taltun.crypto.primitive.bouncycastle.BouncyCastle;
import io.taltun.crypto.primitive.jdk.Jdk;
import io.taltun.crypto.primitive.openssl.OpenSsl;

/**
 * The engines that a gateway uses. Immutable, safe for use by several threads.
 *
 * @param note what {@link #describe} adds: the library's version, or why it is not in use
 */
public record Primitives(
    Aead aead, X25519 x25519, Blake2s blake2s, XChaCha20Poly1305 xchacha20Poly1305, String note) {

  /** {@link #best(AeadChoice)} with AUTO. */
  public static Primitives best() {
    return best(AeadChoice.AUTO);
  }

  /**
   * libcrypto ≥ 3 where it loads; with AUTO the JDK's AEAD and BouncyCastle's X25519 and BLAKE2s
   * otherwise.
   *
   * @throws UnsupportedOperationException when this machine cannot do what is chosen; the message
   *     says why
   */
  public static Primitives best(AeadChoice choice) {
    OpenSsl installed = OpenSsl.installed();
    if (installed.available() || choice != AeadChoice.AUTO) {
      return openSsl(choice);
    }
    return withoutLibrary(Jdk.aead(), BouncyCastle.x25519(), "no libcrypto: " + installed.note());
  }

  /**
   * The engines of one name: "jdk", "bouncycastle", "libcrypto" or, to choose its AEAD,
   * "libcrypto/fused", "libcrypto/split" and "libcrypto/direct"; XChaCha20-Poly1305 is
   * BouncyCastle's in each, and so is BLAKE2s where libcrypto is not named or lacks it.
   *
   * @throws IllegalArgumentException for another name
   * @throws UnsupportedOperationException when this machine lacks the engine; the message says why
   */
  public static Primitives of(String engine) {
    return switch (engine) {
      case OpenSsl.NAME -> openSsl(AeadChoice.AUTO);
      case OpenSsl.NAME + "/fused" -> openSsl(AeadChoice.FUSED);
      case OpenSsl.NAME + "/split" -> openSsl(AeadChoice.SPLIT);
      case OpenSsl.NAME + "/direct" -> openSsl(AeadChoice.DIRECT);
      case Jdk.NAME -> withoutLibrary(Jdk.aead(), Jdk.x25519(), javaVersion());
      case BouncyCastle.NAME ->
          withoutLibrary(BouncyCastle.aead(), BouncyCastle.x25519(), javaVersion());
      default ->
          throw new IllegalArgumentException(
              "no engine \"%s\": choose %s, %s or %s"
                  .formatted(engine, OpenSsl.NAME, Jdk.NAME, BouncyCastle.NAME));
    };
  }

  private static Primitives openSsl(AeadChoice choice) {
    OpenSsl openSsl = OpenSsl.installed();
    return new Primitives(
        openSsl.aead(choice),
        openSsl.x25519(),
        openSsl.blake2s().orElseGet(BouncyCastle::blake2s),
        BouncyCastle.xchacha20Poly1305(),
        openSsl.note());
  }

  private static Primitives withoutLibrary(Aead aead, X25519 x25519, String note) {
    return new Primitives(
        aead, x25519, BouncyCastle.blake2s(), BouncyCastle.xchacha20Poly1305(), note);
  }

  private static String javaVersion() {
    return "Java " + Runtime.version();
  }

  /** One line for logs, such as "aead=libcrypto/split x25519=libcrypto … (OpenSSL 3.0.19 …)". */
  public String describe() {
    return String.format(
        "aead=%s x25519=%s blake2s=%s xchacha20poly1305=%s (%s)",
        aead.engine(), x25519.engine(), blake2s.engine(), xchacha20Poly1305.engine(), note);
  }
}
