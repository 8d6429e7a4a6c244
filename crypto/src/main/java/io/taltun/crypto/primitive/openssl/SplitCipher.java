package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * The AEAD from two primitives, by RFC 8439, section 2.8, in whole blocks. One ChaCha20 pass from
 * block 0 over 64 zero bytes and the packet gives the one-time Poly1305 key (the first 32 of those
 * 64 bytes, section 2.6) and the ciphertext together; one Poly1305 update covers ciphertext,
 * padding and lengths. libcrypto's own AEAD makes block 0 and a last partial block by themselves,
 * where its vector code has nothing to do in parallel.
 *
 * <p>A one-time key is erased as soon as Poly1305 has it. The other 32 bytes of block 0 are used by
 * nobody and may stay in the headroom.
 *
 * <p>How the two are called is up to a subclass.
 */
abstract class SplitCipher extends OpenSslCipher {
  /** Bytes of Poly1305's key. */
  static final int ONE_TIME_KEY_LENGTH = 32;

  private static final int BLOCK = HEADROOM;
  private static final int POLY1305_BLOCK = 16;

  /** Bytes before a message, in a row of messages, that belong to the one before it. */
  private static final int KEPT = BLOCK - 16;

  // The scratch: a tag to compare with; what is kept.
  private static final int TAG = 0;
  private static final int SAVED = TAG + TAG_LENGTH;
  private static final int SCRATCH_LENGTH = SAVED + KEPT;

  SplitCipher(LibCrypto lib, byte[] key32) {
    super(lib, key32, SCRATCH_LENGTH);
  }

  /**
   * One ChaCha20 pass with the {@link #iv} that is set.
   *
   * @param length bytes, a multiple of 64: nothing of a block may be left for the next pass
   */
  abstract boolean pass(long in, long out, int length);

  /** Starts Poly1305 with the {@value #ONE_TIME_KEY_LENGTH} bytes at {@code key}. */
  abstract boolean startMac(long key);

  abstract boolean updateMac(long data, int length);

  /** Writes {@value #TAG_LENGTH} bytes; Poly1305 zeroes its state. */
  abstract boolean finishMac(long tag);

  @Override
  final boolean seal(long aad, int aadLength, long plaintext, int length, long ciphertext) {
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
  final boolean open(long aad, int aadLength, long ciphertext, int length, long plaintext) {
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
    return pass(in - BLOCK, out - BLOCK, whole) && startMac(out - BLOCK);
  }

  /** Overwrites up to 32 bytes behind the ciphertext, then writes the tag. */
  private boolean authenticate(long aad, int aadLength, long ciphertext, int length, long tag) {
    long end = ciphertext + length;
    long lengths = ciphertext + pad(length);
    NativeMemory.putLong(end, 0);
    NativeMemory.putLong(end + 8, 0);
    NativeMemory.putLongLe(lengths, aadLength);
    NativeMemory.putLongLe(lengths + 8, length);
    return (aadLength == 0 || updateMac(aad, pad(aadLength))) && writeTag(ciphertext, length, tag);
  }

  /** Over the ciphertext with its padding and the lengths behind it. */
  private boolean writeTag(long ciphertext, int length, long tag) {
    return updateMac(ciphertext, pad(length) + POLY1305_BLOCK) && finishMac(tag);
  }

  @Override
  final boolean makeCalls(long in, int length, long out) {
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
}
