package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.Blake2s;
import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * BLAKE2s by libcrypto's EVP_MD and EVP_MAC. One context of each serves all threads in turn: a new
 * one would cost more than the short messages of a handshake.
 */
final class OpenSslBlake2s implements Blake2s {
  /** As libcrypto and its provider name them. */
  static final String DIGEST = "BLAKE2S-256";

  static final String MAC = "BLAKE2SMAC";

  /** RFC 2104, section 2. */
  private static final byte IPAD = 0x36;

  private static final byte OPAD = 0x5c;

  // openssl/core_names.h: OSSL_MAC_PARAM_SIZE.
  private static final long SIZE = Arena.global().allocateFrom("size").address();

  // The scratch: input on its way, results, where a call puts a result's length, and a value of the
  // size parameter.
  private static final int INPUT = 0;
  private static final int INPUT_LENGTH = 256;
  private static final int RESULT = INPUT + INPUT_LENGTH;
  private static final int RESULT_LENGTH = RESULT + HASH_LENGTH;
  private static final int SIZE_VALUE = RESULT_LENGTH + Long.BYTES;
  private static final int PARAMETERS = SIZE_VALUE + Long.BYTES;
  private static final int SCRATCH_LENGTH = PARAMETERS + 2 * Parameter.LENGTH;

  private final LibCrypto lib;

  // All that follows is used under this object's lock, and lives as long as the process.
  private final long digest;
  private final long digestContext;
  private final long macContext;
  private final long scratch;
  private final byte[] pad = new byte[BLOCK_LENGTH];

  /** {@code digest} and {@code mac} are what was fetched. */
  OpenSslBlake2s(LibCrypto lib, long digest, long mac) {
    this.lib = lib;
    this.digest = digest;
    digestContext = lib.EVP_MD_CTX_new();
    macContext = lib.EVP_MAC_CTX_new(mac);
    scratch = Block.allocate(lib, SCRATCH_LENGTH).address();
    NativeMemory.putLong(scratch + SIZE_VALUE, MAC_LENGTH);
    Parameter.putSize(scratch + PARAMETERS, SIZE, scratch + SIZE_VALUE);
    if (digestContext == 0
        || macContext == 0
        || lib.EVP_MAC_CTX_set_params(macContext, scratch + PARAMETERS) != 1) {
      throw failure();
    }
  }

  @Override
  public String engine() {
    return OpenSsl.NAME;
  }

  @Override
  public synchronized void hash(byte[] out32, byte[]... parts) {
    begin();
    for (byte[] part : parts) {
      update(part, 0, part.length);
    }
    finish();
    takeResult(out32, 0, HASH_LENGTH);
  }

  @Override
  public synchronized void mac(
      byte[] key, byte[] in, int inOffset, int inLength, byte[] out, int outOffset) {
    if (key.length < 1 || key.length > HASH_LENGTH) {
      throw new IllegalArgumentException("a key is 1 to " + HASH_LENGTH + " bytes");
    }
    NativeMemory.copy(key, 0, scratch + INPUT, key.length);
    expect(lib.EVP_MAC_init(macContext, scratch + INPUT, key.length, 0));
    NativeMemory.clear(scratch + INPUT, key.length);
    int end = inOffset + inLength;
    for (int at = inOffset; at < end; at += INPUT_LENGTH) {
      int length = Math.min(INPUT_LENGTH, end - at);
      NativeMemory.copy(in, at, scratch + INPUT, length);
      expect(lib.EVP_MAC_update(macContext, scratch + INPUT, length));
    }
    expect(lib.EVP_MAC_final(macContext, scratch + RESULT, scratch + RESULT_LENGTH, MAC_LENGTH));
    takeResult(out, outOffset, MAC_LENGTH);
  }

  @Override
  public synchronized void hmac(byte[] out32, byte[] key, byte[]... parts) {
    if (key.length > BLOCK_LENGTH) {
      throw new IllegalArgumentException("an HMAC key is at most " + BLOCK_LENGTH + " bytes");
    }
    System.arraycopy(key, 0, pad, 0, key.length);
    xorPad(IPAD);
    begin();
    update(pad, 0, BLOCK_LENGTH);
    for (byte[] part : parts) {
      update(part, 0, part.length);
    }
    finish();
    xorPad((byte) (IPAD ^ OPAD));
    begin();
    update(pad, 0, BLOCK_LENGTH);
    expect(lib.EVP_DigestUpdate(digestContext, scratch + RESULT, HASH_LENGTH));
    finish();
    takeResult(out32, 0, HASH_LENGTH);
    Arrays.fill(pad, (byte) 0);
  }

  private void xorPad(byte value) {
    for (int i = 0; i < BLOCK_LENGTH; i++) {
      pad[i] ^= value;
    }
  }

  private void begin() {
    expect(lib.EVP_DigestInit_ex(digestContext, digest, 0));
  }

  private void update(byte[] in, int offset, int length) {
    int end = offset + length;
    for (int at = offset; at < end; at += INPUT_LENGTH) {
      int piece = Math.min(INPUT_LENGTH, end - at);
      NativeMemory.copy(in, at, scratch + INPUT, piece);
      expect(lib.EVP_DigestUpdate(digestContext, scratch + INPUT, piece));
    }
  }

  private void finish() {
    expect(lib.EVP_DigestFinal_ex(digestContext, scratch + RESULT, scratch + RESULT_LENGTH));
  }

  /** And leaves nothing behind: parts of a key may have gone through the scratch. */
  private void takeResult(byte[] out, int offset, int length) {
    NativeMemory.copy(scratch + RESULT, out, offset, length);
    NativeMemory.clear(scratch, RESULT_LENGTH);
  }

  private void expect(int result) {
    if (result != 1) {
      throw failure();
    }
  }

  private IllegalStateException failure() {
    lib.ERR_clear_error();
    return new IllegalStateException("libcrypto's BLAKE2s failed");
  }
}
