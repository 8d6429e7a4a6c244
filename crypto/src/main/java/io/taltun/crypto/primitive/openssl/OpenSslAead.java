package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.NonceAead;
import io.taltun.crypto.primitive.TransportCipher;

/** ChaCha20-Poly1305 by libcrypto. */
final class OpenSslAead extends NonceAead {
  private static final int TAG_LENGTH = TransportCipher.TAG_LENGTH;

  private final LibCrypto lib;

  /** A fetched EVP_CIPHER, immutable, kept as long as the process lives. */
  private final long cipher;

  OpenSslAead(LibCrypto lib, long cipher) {
    this.lib = lib;
    this.cipher = cipher;
  }

  @Override
  public String engine() {
    return OpenSsl.NAME;
  }

  @Override
  public TransportCipher transportCipher(byte[] key32) {
    return new OpenSslCipher(lib, cipher, key32);
  }

  @Override
  protected void sealWith(
      byte[] key32, byte[] nonce12, byte[] aad, byte[] plaintext, byte[] out, int outOffset) {
    int sealedLength = plaintext.length + TAG_LENGTH;
    try (Block block = Block.allocate(lib, aad.length + sealedLength);
        OpenSslCipher context = new OpenSslCipher(lib, cipher, key32)) {
      long packet = block.address() + aad.length;
      NativeMemory.copy(aad, 0, block.address(), aad.length);
      NativeMemory.copy(plaintext, 0, packet, plaintext.length);
      context.setNonce(nonce12);
      context.seal(block.address(), aad.length, packet, plaintext.length, packet);
      NativeMemory.copy(packet, out, outOffset, sealedLength);
    }
  }

  @Override
  protected boolean openWith(
      byte[] key32,
      byte[] nonce12,
      byte[] aad,
      byte[] in,
      int inOffset,
      int inLength,
      byte[] out,
      int outOffset) {
    try (Block block = Block.allocate(lib, aad.length + inLength);
        OpenSslCipher context = new OpenSslCipher(lib, cipher, key32)) {
      long packet = block.address() + aad.length;
      NativeMemory.copy(aad, 0, block.address(), aad.length);
      NativeMemory.copy(in, inOffset, packet, inLength);
      context.setNonce(nonce12);
      if (!context.open(block.address(), aad.length, packet, inLength, packet)) {
        return false;
      }
      NativeMemory.copy(packet, out, outOffset, inLength - TAG_LENGTH);
      return true;
    }
  }
}
