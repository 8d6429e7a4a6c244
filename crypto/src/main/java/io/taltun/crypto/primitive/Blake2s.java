package io.taltun.crypto.primitive;

/**
 * An engine of BLAKE2s (RFC 7693) in the three forms that WireGuard uses (whitepaper, section 5.4).
 * Safe for use by several threads.
 */
public interface Blake2s {
  /** Bytes of {@link #hash} and {@link #hmac}. */
  int HASH_LENGTH = 32;

  /** Bytes of {@link #mac}. */
  int MAC_LENGTH = 16;

  /** Bytes of an input block, which HMAC pads its key to. */
  int BLOCK_LENGTH = 64;

  /** "libcrypto" or "bouncycastle". */
  String engine();

  /** Hash(parts): writes 32 bytes, the unkeyed BLAKE2s-256 of the parts one after another. */
  void hash(byte[] out32, byte[]... parts);

  /**
   * Mac(key, input): writes 16 bytes at {@code outOffset}, BLAKE2s-128 keyed with 1 to 32 bytes.
   */
  void mac(byte[] key, byte[] in, int inOffset, int inLength, byte[] out, int outOffset);

  /**
   * Hmac(key, parts): writes 32 bytes, HMAC (RFC 2104) over BLAKE2s-256; the key has 0 to 64 bytes.
   */
  void hmac(byte[] out32, byte[] key, byte[]... parts);
}
