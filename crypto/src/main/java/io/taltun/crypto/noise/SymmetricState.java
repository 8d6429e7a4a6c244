package io.taltun.crypto.noise;

import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.Blake2s;
import io.taltun.crypto.primitive.Hkdf;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.TransportCipher;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The chaining key C and the hash H of a handshake (whitepaper, section 5.4; Noise, section 5.2).
 * Each key κ is used once, with counter 0, and erased. Used by one thread at a time.
 */
final class SymmetricState implements AutoCloseable {
  private static final byte[] CONSTRUCTION =
      "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] IDENTIFIER =
      "WireGuard v1 zx2c4 Jason@zx2c4.com".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOTHING = {};
  private static final int TAG_LENGTH = TransportCipher.TAG_LENGTH;

  private final Primitives primitives;
  private final Aead aead;
  private final Blake2s blake2s;
  private final Hkdf hkdf;
  private final byte[] chainingKey;
  private final byte[] hash;

  /** κ: set by {@link #mixKey} and {@link #mixKeyAndHash}. */
  private final byte[] key = new byte[Blake2s.HASH_LENGTH];

  private SymmetricState(Primitives primitives, byte[] chainingKey, byte[] hash) {
    this.primitives = primitives;
    this.aead = primitives.aead();
    this.blake2s = primitives.blake2s();
    this.hkdf = new Hkdf(blake2s);
    this.chainingKey = chainingKey;
    this.hash = hash;
  }

  /** C := Hash(Construction), H := Hash(Hash(C || Identifier) || responder's static public key). */
  static SymmetricState of(Primitives primitives, byte[] responderStatic) {
    byte[] chainingKey = new byte[Blake2s.HASH_LENGTH];
    byte[] hash = new byte[Blake2s.HASH_LENGTH];
    primitives.blake2s().hash(chainingKey, CONSTRUCTION);
    primitives.blake2s().hash(hash, chainingKey, IDENTIFIER);
    primitives.blake2s().hash(hash, hash, responderStatic);
    return new SymmetricState(primitives, chainingKey, hash);
  }

  /** An independent state at the same point, for work that may turn out to be in vain. */
  SymmetricState copy() {
    return new SymmetricState(primitives, chainingKey.clone(), hash.clone());
  }

  /** H := Hash(H || data). */
  void mixHash(byte[] data) {
    blake2s.hash(hash, hash, data);
  }

  /** C := Kdf1(C, ephemeral public key). */
  void mixEphemeral(byte[] ephemeral) {
    hkdf.derive(chainingKey, ephemeral, chainingKey);
  }

  /** (C, κ) := Kdf2(C, DH result). */
  void mixKey(byte[] sharedSecret) {
    hkdf.derive(chainingKey, sharedSecret, chainingKey, key);
  }

  /** C := Kdf1(C, DH result), where the whitepaper needs no κ. */
  void mixSecret(byte[] sharedSecret) {
    hkdf.derive(chainingKey, sharedSecret, chainingKey);
  }

  /** (C, τ, κ) := Kdf3(C, preshared key), H := Hash(H || τ). */
  void mixKeyAndHash(byte[] presharedKey) {
    byte[] tau = new byte[Blake2s.HASH_LENGTH];
    hkdf.derive(chainingKey, presharedKey, chainingKey, tau, key);
    mixHash(tau);
    Arrays.fill(tau, (byte) 0);
  }

  /** Writes Aead(κ, 0, plaintext, H) at {@code offset} and mixes it into H. */
  void encryptAndHash(byte[] plaintext, byte[] out, int offset) {
    aead.seal(key, 0, hash, plaintext, out, offset);
    Arrays.fill(key, (byte) 0);
    mixHash(Arrays.copyOfRange(out, offset, offset + plaintext.length + TAG_LENGTH));
  }

  /** The reverse; null when the tag does not match. */
  byte[] decryptAndHash(byte[] in, int offset, int length) {
    byte[] plaintext = new byte[length - TAG_LENGTH];
    boolean authentic = aead.open(key, 0, hash, in, offset, length, plaintext, 0);
    Arrays.fill(key, (byte) 0);
    if (!authentic) {
      return null;
    }
    mixHash(Arrays.copyOfRange(in, offset, offset + length));
    return plaintext;
  }

  /** {@link #mixKey}, then {@link #decryptAndHash}. */
  byte[] mixKeyAndDecrypt(byte[] sharedSecret, byte[] in, int offset, int length) {
    mixKey(sharedSecret);
    return decryptAndHash(in, offset, length);
  }

  /** (T initiator to responder, T responder to initiator) := Kdf2(C, nothing). */
  TransportKeys split(int localIndex, int remoteIndex, boolean initiator) {
    byte[] first = new byte[Blake2s.HASH_LENGTH];
    byte[] second = new byte[Blake2s.HASH_LENGTH];
    hkdf.derive(chainingKey, NOTHING, first, second);
    try {
      return initiator
          ? TransportKeys.of(localIndex, remoteIndex, true, first, second)
          : TransportKeys.of(localIndex, remoteIndex, false, second, first);
    } finally {
      Arrays.fill(first, (byte) 0);
      Arrays.fill(second, (byte) 0);
    }
  }

  @Override
  public void close() {
    Arrays.fill(chainingKey, (byte) 0);
    Arrays.fill(hash, (byte) 0);
    Arrays.fill(key, (byte) 0);
  }
}
