package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * The same AEAD from two primitives, by RFC 8439, section 2.8, in whole blocks. One ChaCha20 pass
 * from block 0 over 64 zero bytes and the packet gives the one-time Poly1305 key (the first 32 of
 * those 64 bytes, section 2.6) and the ciphertext together; one Poly1305 update covers ciphertext,
 * padding and lengths. libcrypto's own AEAD makes block 0 and a last partial block by themselves,
 * where its vector code has nothing to do in parallel.
 *
 * <p>A one-time key is erased as soon as Poly1305 has it. The other 32 bytes of block 0 are used by
 * nobody and may stay in the headroom.
 */
final class SplitCipher extends OpenSslCipher {
  private static final int BLOCK = HEADROOM;
  private static final int ONE_TIME_KEY_LENGTH = 32;
  private static final int POLY1305_BLOCK = 16;

  /** Bytes before a message, in a row of messages, that belong to the one before it. */
  private static final int KEPT = BLOCK - 16;

  // The scratch: a tag to compare with; what is kept.
  private static final int TAG = 0;
  private static final int SAVED = TAG + TAG_LENGTH;
  private static final int SCRATCH_LENGTH = SAVED + KEPT;

  /** An EVP_MAC_CTX, keyed anew for each packet; 0 after {@link #close}. */
  private long mac;

  /** {@code chacha20} and {@code poly1305} are the fetched EVP_CIPHER and EVP_MAC. */
  SplitCipher(LibCrypto lib, long chacha20, long poly1305, byte[] key32) {
    super(lib, chacha20, key32, SCRATCH_LENGTH);
    mac = lib.EVP_MAC_CTX_new(poly1305);
    if (mac == 0) {
      close();
      throw new IllegalStateException("libcrypto has no memory for a Poly1305");
    }
  }

  @Override
  boolean seal(long aad, int aadLength, long plaintext, int length, long ciphertext) {
    long block0 = ciphertext - BLOCK;
    long saved = moreScratch() + SAVED;
    copyLongs(block0, saved, KEPT);
    clearLongs(plaintext - BLOCK, BLOCK);
    boolean keyed = encrypt(plaintext, length, ciphertext);
    // Erases the one-time key as well.
    copyLongs(saved, block0, KEPT);
    return keyed && authenticate(aad, aadLength, ciphertext, length, ciphertext + length);
  }

  @Override
  boolean open(long aad, int aadLength, long ciphertext, int length, long plaintext) {
    int plainLength = length - TAG_LENGTH;
    clearLongs(ciphertext - BLOCK, BLOCK);
    boolean keyed = encrypt(ciphertext, plainLength, plaintext);
    clearLongs(plaintext - BLOCK, ONE_TIME_KEY_LENGTH);
    // Padding and lengths take the place of the tag and of up to 16 bytes behind it.
    long end = ciphertext + plainLength;
    long tag0 = NativeMemory.getLong(end);
    long tag1 = NativeMemory.getLong(end + 8);
    long next0 = NativeMemory.getLong(end + 16);
    long next1 = NativeMemory.getLong(end + 24);
    long expected = moreScratch() + TAG;
    boolean done = keyed && authenticate(aad, aadLength, ciphertext, plainLength, expected);
    NativeMemory.putLong(end, tag0);
    NativeMemory.putLong(end + 8, tag1);
    NativeMemory.putLong(end + 16, next0);
    NativeMemory.putLong(end + 24, next1);
    if (!done) {
      lib.ERR_clear_error();
      return false;
    }
    // All 16 bytes before the one branch: the time does not tell how many matched.
    long difference0 = tag0 ^ NativeMemory.getLong(expected);
    long difference1 = tag1 ^ NativeMemory.getLong(expected + 8);
    return (difference0 | difference1) == 0;
  }

  /** The pass from the block before {@code in} to the block before {@code out}; keys Poly1305. */
  private boolean encrypt(long in, int length, long out) {
    int whole = BLOCK + (length + BLOCK - 1 & -BLOCK);
    return lib.EVP_EncryptInit_ex(context(), 0, 0, 0, iv()) == 1
        && lib.EVP_EncryptUpdate(context(), out - BLOCK, outLength(), in - BLOCK, whole) == 1
        && lib.EVP_MAC_init(mac, out - BLOCK, ONE_TIME_KEY_LENGTH, 0) == 1;
  }

  /** Overwrites up to 32 bytes behind the ciphertext, then writes the tag. */
  private boolean authenticate(long aad, int aadLength, long ciphertext, int length, long tag) {
    long end = ciphertext + length;
    long lengths = ciphertext + pad(length);
    NativeMemory.putLong(end, 0);
    NativeMemory.putLong(end + 8, 0);
    NativeMemory.putLongLe(lengths, aadLength);
    NativeMemory.putLongLe(lengths + 8, length);
    return (aadLength == 0 || lib.EVP_MAC_update(mac, aad, pad(aadLength)) == 1)
        && writeTag(ciphertext, length, tag);
  }

  /** Over the ciphertext with its padding and the lengths behind it. */
  private boolean writeTag(long ciphertext, int length, long tag) {
    return lib.EVP_MAC_update(mac, ciphertext, pad(length) + POLY1305_BLOCK) == 1
        && lib.EVP_MAC_final(mac, tag, outLength(), TAG_LENGTH) == 1;
  }

  @Override
  boolean makeCalls(long in, int length, long out) {
    long tag = moreScratch() + TAG;
    return encrypt(in, length, out)
        && writeTag(out, length, tag)
        && encrypt(out, length, in)
        && writeTag(out, length, tag);
  }

  private static int pad(int length) {
    return length + POLY1305_BLOCK - 1 & -POLY1305_BLOCK;
  }

  /** For a constant, small length: unrolled, and cheaper than a call of MemorySegment.copy. */
  private static void copyLongs(long source, long destination, int length) {
    for (int i = 0; i < length; i += Long.BYTES) {
      NativeMemory.putLong(destination + i, NativeMemory.getLong(source + i));
    }
  }

  private static void clearLongs(long address, int length) {
    for (int i = 0; i < length; i += Long.BYTES) {
      NativeMemory.putLong(address + i, 0);
    }
  }

  /** Poly1305 zeroed its own state with the last tag. */
  @Override
  public void close() {
    super.close();
    lib.EVP_MAC_CTX_free(mac);
    mac = 0;
  }
}
