package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Nonce;

/**
 * ChaCha20 and Poly1305 by their provider's own functions, past EVP: EVP 3.0 asks the provider by
 * name for the length of the iv at every packet.
 */
final class DirectCipher extends SplitCipher {
  private static final int IV_LENGTH = Integer.BYTES + Nonce.LENGTH;

  private final ProviderFunctions functions;

  /** Addresses of the provider's contexts; 0 after {@link #close}. */
  private long cipher;

  private long mac;

  /** Copies the key. */
  DirectCipher(LibCrypto lib, ProviderFunctions functions, byte[] key32) {
    super(lib, key32);
    this.functions = functions;
    cipher = functions.newCipher();
    mac = functions.newMac();
    if (cipher == 0 || mac == 0 || !setKey(key32)) {
      close();
      throw noCipher();
    }
  }

  private boolean setKey(byte[] key32) {
    try (Block key = Block.allocate(lib, KEY_LENGTH)) {
      NativeMemory.copy(key32, 0, key.address(), KEY_LENGTH);
      return functions.initKey(cipher, key.address(), KEY_LENGTH) == 1;
    }
  }

  /** With an iv the block number and what was left of a block are set anew, the key stays. */
  @Override
  boolean pass(long in, long out, int length) {
    return functions.initIv(cipher, iv(), IV_LENGTH) == 1
        && functions.update(cipher, out, outLength(), length, in, length) == 1;
  }

  @Override
  boolean startMac(long key) {
    return functions.initMac(mac, key, ONE_TIME_KEY_LENGTH) == 1;
  }

  @Override
  boolean updateMac(long data, int length) {
    return functions.updateMac(mac, data, length) == 1;
  }

  @Override
  boolean finishMac(long tag) {
    return functions.finishMac(mac, tag, outLength(), TAG_LENGTH) == 1;
  }

  /** The provider zeroes the key; Poly1305 zeroed its own state with the last tag. */
  @Override
  public void close() {
    super.close();
    functions.freeCipher(cipher);
    functions.freeMac(mac);
    cipher = 0;
    mac = 0;
  }
}
