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

  /** libcrypto ≥ 3 where it loads; otherwise the JDK's AEAD and BouncyCastle's X25519. */
  public static Primitives best() {
    OpenSsl openSsl = OpenSsl.installed();
    if (openSsl.available()) {
      return with(openSsl.aead(), openSsl.x25519(), openSsl.note());
    }
    return with(Jdk.aead(), BouncyCastle.x25519(), "no libcrypto: " + openSsl.note());
  }

  /**
   * The engines of one name: "libcrypto", "jdk" or "bouncycastle"; BLAKE2s and XChaCha20-Poly1305
   * are BouncyCastle's in each.
   *
   * @throws IllegalArgumentException for another name
   * @throws UnsupportedOperationException when this machine lacks the engine; the message says why
   */
  public static Primitives of(String engine) {
    return switch (engine) {
      case OpenSsl.NAME -> {
        OpenSsl openSsl = OpenSsl.installed();
        yield with(openSsl.aead(), openSsl.x25519(), openSsl.note());
      }
      case Jdk.NAME -> with(Jdk.aead(), Jdk.x25519(), javaVersion());
      case BouncyCastle.NAME -> with(BouncyCastle.aead(), BouncyCastle.x25519(), javaVersion());
      default ->
          throw new IllegalArgumentException(
              "no engine \"%s\": choose %s, %s or %s"
                  .formatted(engine, OpenSsl.NAME, Jdk.NAME, BouncyCastle.NAME));
    };
  }

  private static Primitives with(Aead aead, X25519 x25519, String note) {
    return new Primitives(
        aead, x25519, BouncyCastle.blake2s(), BouncyCastle.xchacha20Poly1305(), note);
  }

  private static String javaVersion() {
    return "Java " + Runtime.version();
  }

  /** One line for logs, such as "aead=libcrypto x25519=libcrypto … (OpenSSL 3.0.19 …)". */
  public String describe() {
    return String.format(
        "aead=%s x25519=%s blake2s=%s xchacha20poly1305=%s (%s)",
        aead.engine(), x25519.engine(), blake2s.engine(), xchacha20Poly1305.engine(), note);
  }
}
