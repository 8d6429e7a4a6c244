package io.taltun.crypto.primitive.bouncycastle;

import io.taltun.crypto.primitive.Blake2s;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.Blake2sDigest;

/** BLAKE2s by BouncyCastle's digest; HMAC is written out, which saves its generic wrapper. */
final class BouncyCastleBlake2s implements Blake2s {
  /** RFC 2104, section 2. */
  private static final byte IPAD = 0x36;

  private static final byte OPAD = 0x5c;

  @Override
  public String engine() {
    return BouncyCastle.NAME;
  }

  @Override
  public void hash(byte[] out32, byte[]... parts) {
    Blake2sDigest digest = new Blake2sDigest(HASH_LENGTH * Byte.SIZE);
    for (byte[] part : parts) {
      digest.update(part, 0, part.length);
    }
    digest.doFinal(out32, 0);
  }

  @Override
  public void mac(byte[] key, byte[] in, int inOffset, int inLength, byte[] out, int outOffset) {
    if (key.length == 0) {
      throw new IllegalArgumentException("a MAC has a key");
    }
    Blake2sDigest digest = new Blake2sDigest(key, MAC_LENGTH, null, null);
    digest.update(in, inOffset, inLength);
    digest.doFinal(out, outOffset);
    digest.clearKey();
  }

  @Override
  public void hmac(byte[] out32, byte[] key, byte[]... parts) {
    if (key.length > BLOCK_LENGTH) {
      throw new IllegalArgumentException("an HMAC key is at most " + BLOCK_LENGTH + " bytes");
    }
    byte[] pad = Arrays.copyOf(key, BLOCK_LENGTH);
    byte[] inner = new byte[HASH_LENGTH];
    xor(pad, IPAD);
    Blake2sDigest digest = new Blake2sDigest(HASH_LENGTH * Byte.SIZE);
    digest.update(pad, 0, BLOCK_LENGTH);
    for (byte[] part : parts) {
      digest.update(part, 0, part.length);
    }
    digest.doFinal(inner, 0);
    xor(pad, (byte) (IPAD ^ OPAD));
    digest.update(pad, 0, BLOCK_LENGTH);
    digest.update(inner, 0, HASH_LENGTH);
    digest.doFinal(out32, 0);
    Arrays.fill(pad, (byte) 0);
    Arrays.fill(inner, (byte) 0);
  }

  private static void xor(byte[] pad, byte value) {
    for (int i = 0; i < pad.length; i++) {
      pad[i] ^= value;
    }
  }
}
