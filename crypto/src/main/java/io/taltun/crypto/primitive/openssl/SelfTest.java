package io.taltun.crypto.primitive.openssl;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Whether a construction seals and opens as RFC 8439, section 2.8.2, has it, and as another one
 * does. All go through one cipher: what is left of a packet would show in the next.
 */
final class SelfTest {
  private static final HexFormat HEX = HexFormat.of();

  private static final byte[] KEY =
      HEX.parseHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  private static final byte[] NONCE = HEX.parseHex("070000004041424344454647");
  private static final byte[] AAD = HEX.parseHex("50515253c0c1c2c3c4c5c6c7");
  private static final byte[] TEXT =
      ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the"
              + " future, sunscreen would be it.")
          .getBytes(US_ASCII);
  private static final byte[] SEALED =
      HEX.parseHex(
          "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
              + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
              + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
              + "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691");

  /** Around the block of Poly1305 and of ChaCha20, and what its vector code takes at once. */
  private static final int[] LENGTHS = {0, 1, 16, 63, 64, 65, 960, 1420, 2048};

  private static final int TAG_LENGTH = TransportCipher.TAG_LENGTH;
  private static final int HEADROOM = TransportCipher.HEADROOM;
  private static final int ROOM = HEADROOM + 2048 + TAG_LENGTH + TransportCipher.TAILROOM;
  private static final int AAD_ROOM = 64;

  private SelfTest() {}

  /**
   * Takes well under a millisecond of libcrypto's time.
   *
   * @throws IllegalStateException when libcrypto fails
   */
  static boolean passes(Construction tested, Construction reference) {
    try (Arena arena = Arena.ofConfined();
        OpenSslCipher cipher = tested.cipher(KEY);
        OpenSslCipher other = reference.cipher(KEY)) {
      long aad = arena.allocate(AAD_ROOM).address();
      long plain = arena.allocate(ROOM).address() + HEADROOM;
      long sealed = arena.allocate(ROOM).address() + HEADROOM;
      long opened = arena.allocate(ROOM).address() + HEADROOM;
      NativeMemory.copy(AAD, 0, aad, AAD.length);
      NativeMemory.copy(TEXT, 0, plain, TEXT.length);
      cipher.setNonce(NONCE);
      boolean passed =
          cipher.seal(aad, AAD.length, plain, TEXT.length, sealed)
              && Arrays.equals(NativeMemory.toBytes(sealed, SEALED.length), SEALED)
              && cipher.open(aad, AAD.length, sealed, SEALED.length, opened)
              && Arrays.equals(NativeMemory.toBytes(opened, TEXT.length), TEXT);
      cipher.setNonce(new byte[NONCE.length]);
      for (int i = 0; passed && i < LENGTHS.length; i++) {
        passed = agree(cipher, other, i, LENGTHS[i], plain, sealed, opened);
      }
      return passed;
    }
  }

  /** Whether both seal alike, and the one opens it, but not as another packet. */
  private static boolean agree(
      OpenSslCipher one,
      OpenSslCipher other,
      long counter,
      int length,
      long plain,
      long sealed,
      long opened) {
    int sealedLength = length + TAG_LENGTH;
    byte[] expected = NativeMemory.toBytes(plain, length);
    one.seal(counter, plain, length, sealed);
    byte[] ours = NativeMemory.toBytes(sealed, sealedLength);
    other.seal(counter, plain, length, sealed);
    boolean same = Arrays.equals(NativeMemory.toBytes(sealed, sealedLength), ours);
    boolean back =
        one.open(counter, sealed, sealedLength, opened)
            && Arrays.equals(NativeMemory.toBytes(opened, length), expected);
    boolean refused = !one.open(counter + 1, sealed, sealedLength, opened);
    return same && back && refused;
  }
}
