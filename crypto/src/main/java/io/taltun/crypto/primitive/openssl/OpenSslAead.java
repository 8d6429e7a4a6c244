package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.NonceAead;
import io.taltun.crypto.primitive.TransportCipher;
import java.util.function.Supplier;

/** ChaCha20-Poly1305 by libcrypto, by the construction that is supplied, always the same. */
final class OpenSslAead extends NonceAead {
  private static final int TAG_LENGTH = TransportCipher.TAG_LENGTH;
  private static final int HEADROOM = TransportCipher.HEADROOM;

  /** Around every packet: what ciphers may touch, see {@link TransportCipher}. */
  private static final int ROOM = HEADROOM + TransportCipher.TAILROOM;

  private static final int POLY1305_BLOCK = 16;

  private final LibCrypto lib;
  private final Supplier<Construction> construction;

  OpenSslAead(LibCrypto lib, Supplier<Construction> construction) {
    this.lib = lib;
    this.construction = construction;
  }

  @Override
  public String engine() {
    return OpenSsl.NAME + "/" + construction.get().choice().label();
  }

  @Override
  public TransportCipher transportCipher(byte[] key32) {
    return construction.get().cipher(key32);
  }

  @Override
  protected void sealWith(
      byte[] key32, byte[] nonce12, byte[] aad, byte[] plaintext, byte[] out, int outOffset) {
    int sealedLength = plaintext.length + TAG_LENGTH;
    int aadRoom = aadRoom(aad);
    try (Block block = Block.allocate(lib, aadRoom + ROOM + sealedLength);
        OpenSslCipher cipher = construction.get().cipher(key32)) {
      long associated = block.address();
      long packet = associated + aadRoom + HEADROOM;
      NativeMemory.copy(aad, 0, associated, aad.length);
      NativeMemory.copy(plaintext, 0, packet, plaintext.length);
      cipher.setNonce(nonce12);
      if (!cipher.seal(associated, aad.length, packet, plaintext.length, packet)) {
        throw cipher.sealFailure(plaintext.length);
      }
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
    int aadRoom = aadRoom(aad);
    try (Block block = Block.allocate(lib, aadRoom + 2L * (ROOM + inLength));
        OpenSslCipher cipher = construction.get().cipher(key32)) {
      long associated = block.address();
      long packet = associated + aadRoom + HEADROOM;
      long opened = packet + inLength + ROOM;
      NativeMemory.copy(aad, 0, associated, aad.length);
      NativeMemory.copy(in, inOffset, packet, inLength);
      cipher.setNonce(nonce12);
      if (!cipher.open(associated, aad.length, packet, inLength, opened)) {
        return false;
      }
      NativeMemory.copy(opened, out, outOffset, inLength - TAG_LENGTH);
      return true;
    }
  }

  /** With the zeroes that {@link OpenSslCipher} wants behind associated data. */
  private static int aadRoom(byte[] aad) {
    return aad.length + POLY1305_BLOCK - 1 & -POLY1305_BLOCK;
  }
}
