package io.taltun.crypto.primitive;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** BLAKE2s as the text of RFC 7693 has it, section by section: slow, and a second opinion. */
public final class Rfc7693 {
  /** Section 2.6. */
  private static final int[] IV = {
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19
  };

  /** Section 2.7. */
  private static final String[] SIGMA = {
    "0123456789ABCDEF",
    "EA489FD61C02B753",
    "B8C052FDAE367194",
    "7931DCBE265A40F8",
    "905724AFE1BC683D",
    "2C6A0B834D75FE19",
    "C51FED4A0763928B",
    "DB7EC13950F4862A",
    "6FE9B308C2D714A5",
    "A2847615FB9E3CD0"
  };

  /** Section 3.1: the words that each of the eight mixes of a round works on. */
  private static final String[] MIXES = {
    "048C", "159D", "26AE", "37BF", "05AF", "16BC", "278D", "349E"
  };

  private Rfc7693() {}

  /** Section 3.3: BLAKE2s of {@code outLength} bytes; an empty key is no key. */
  public static byte[] blake2s(int outLength, byte[] key, byte[] data) {
    int[] h = IV.clone();
    h[0] ^= 0x01010000 ^ key.length << 8 ^ outLength;
    byte[] padded = data;
    if (key.length > 0) {
      padded = Arrays.copyOf(key, 64 + data.length);
      System.arraycopy(data, 0, padded, 64, data.length);
    }
    int blocks = Math.max(1, (padded.length + 63) / 64);
    for (int i = 0; i < blocks; i++) {
      boolean last = i == blocks - 1;
      byte[] block = Arrays.copyOfRange(padded, 64 * i, 64 * (i + 1));
      compress(h, block, last ? padded.length : 64L * (i + 1), last);
    }
    ByteBuffer out = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    out.asIntBuffer().put(h);
    return Arrays.copyOf(out.array(), outLength);
  }

  /** RFC 2104, section 2, for keys of up to a block. */
  public static byte[] hmac(byte[] key, byte[] data) {
    byte[] inner = new byte[64 + data.length];
    byte[] outer = new byte[64 + 32];
    for (int i = 0; i < 64; i++) {
      byte k = i < key.length ? key[i] : 0;
      inner[i] = (byte) (k ^ 0x36);
      outer[i] = (byte) (k ^ 0x5c);
    }
    System.arraycopy(data, 0, inner, 64, data.length);
    System.arraycopy(blake2s(32, new byte[0], inner), 0, outer, 64, 32);
    return blake2s(32, new byte[0], outer);
  }

  /** Section 3.2. */
  private static void compress(int[] h, byte[] block, long offset, boolean last) {
    int[] m = new int[16];
    ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(m);
    int[] v = Arrays.copyOf(h, 16);
    System.arraycopy(IV, 0, v, 8, 8);
    v[12] ^= (int) offset;
    v[13] ^= (int) (offset >>> 32);
    v[14] ^= last ? -1 : 0;
    for (String s : SIGMA) {
      for (int i = 0; i < 8; i++) {
        mix(v, MIXES[i], m[nibble(s, 2 * i)], m[nibble(s, 2 * i + 1)]);
      }
    }
    for (int i = 0; i < 8; i++) {
      h[i] ^= v[i] ^ v[i + 8];
    }
  }

  /** Section 3.1. */
  private static void mix(int[] v, String words, int x, int y) {
    int a = nibble(words, 0);
    int b = nibble(words, 1);
    int c = nibble(words, 2);
    int d = nibble(words, 3);
    v[a] += v[b] + x;
    v[d] = Integer.rotateRight(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = Integer.rotateRight(v[b] ^ v[c], 12);
    v[a] += v[b] + y;
    v[d] = Integer.rotateRight(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = Integer.rotateRight(v[b] ^ v[c], 7);
  }

  private static int nibble(String hex, int index) {
    return Character.digit(hex.charAt(index), 16);
  }
}
