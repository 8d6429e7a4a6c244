package io.taltun.daemon.simulation;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.Blake2s;
import io.taltun.crypto.primitive.HeapX25519;
import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.crypto.primitive.XChaCha20Poly1305;

/**
 * Primitives that bind what the real ones bind and protect nothing, so that ten thousand hours of
 * handshakes take a minute: another key, counter, nonce, associated data or bit of a message fails
 * to open; two sides agree on one secret and others on another. Plaintexts are not hidden.
 */
public final class StandIns {
  private static final String ENGINE = "stand-in";
  private static final int KEY_LENGTH = 32;
  private static final int TAG_LENGTH = TransportCipher.TAG_LENGTH;

  private static final long HASH = 1;
  private static final long MAC = 2;
  private static final long HMAC = 3;
  private static final long SEALED = 4;
  private static final long POINT = 5;

  private StandIns() {}

  /** All of them. */
  public static Primitives primitives() {
    return new Primitives(
        new StandInAead(),
        new StandInX25519(),
        new StandInBlake2s(),
        new StandInXChaCha20Poly1305(),
        "no protection at all");
  }

  /** Multiplication modulo the prime 2^61 − 1: a private key times a point commutes. */
  private static final class StandInX25519 extends HeapX25519 {
    private static final long PRIME = (1L << 61) - 1;
    private static final long BASE_POINT = 0x123456789abcdefL;

    @Override
    public String engine() {
      return ENGINE;
    }

    @Override
    public void publicKey(byte[] privateKey, byte[] out32) {
      put(multiply(scalar(privateKey), BASE_POINT), out32);
    }

    @Override
    public boolean agree(byte[] privateKey, byte[] publicKey, byte[] out32) {
      long point = (long) Mixer.LONG.get(publicKey, 0) & PRIME;
      long shared = multiply(scalar(privateKey), point % PRIME);
      put(shared, out32);
      return shared != 0;
    }

    private static long scalar(byte[] privateKey) {
      Mixer mixer = new Mixer(POINT);
      mixer.add(privateKey);
      return 1 + Long.remainderUnsigned(mixer.word(), PRIME - 1);
    }

    private static long multiply(long a, long b) {
      // a × b = high × 2^64 + low, and 2^61 is 1 modulo the prime.
      long high = Math.multiplyHigh(a, b);
      long low = a * b;
      long sum = (low & PRIME) + (high << 3 | low >>> 61);
      return sum >= PRIME ? sum - PRIME : sum;
    }

    private static void put(long point, byte[] out32) {
      for (int at = 0; at < KEY_LENGTH; at += Long.BYTES) {
        Mixer.LONG.set(out32, at, at == 0 ? point : 0L);
      }
    }
  }

  /** Each form is a hash function of its own. */
  private static final class StandInBlake2s implements Blake2s {
    @Override
    public String engine() {
      return ENGINE;
    }

    @Override
    public void hash(byte[] out32, byte[]... parts) {
      Mixer mixer = new Mixer(HASH);
      addAll(mixer, parts);
      mixer.write(out32, 0, HASH_LENGTH);
    }

    @Override
    public void mac(byte[] key, byte[] in, int inOffset, int inLength, byte[] out, int outOffset) {
      Mixer mixer = new Mixer(MAC);
      mixer.add(key);
      mixer.add(in, inOffset, inLength);
      mixer.write(out, outOffset, MAC_LENGTH);
    }

    @Override
    public void hmac(byte[] out32, byte[] key, byte[]... parts) {
      Mixer mixer = new Mixer(HMAC);
      mixer.add(key);
      addAll(mixer, parts);
      mixer.write(out32, 0, HASH_LENGTH);
    }

    private static void addAll(Mixer mixer, byte[][] parts) {
      for (byte[] part : parts) {
        mixer.add(part);
      }
    }
  }

  private static final class StandInAead implements Aead {
    @Override
    public String engine() {
      return ENGINE;
    }

    @Override
    public TransportCipher transportCipher(byte[] key32) {
      return new StandInCipher(key32);
    }

    @Override
    public void seal(
        byte[] key32, long counter, byte[] aad, byte[] plaintext, byte[] out, int outOffset) {
      Mixer mixer = keyed(key32, counter, aad);
      mixer.add(plaintext);
      System.arraycopy(plaintext, 0, out, outOffset, plaintext.length);
      mixer.write(out, outOffset + plaintext.length, TAG_LENGTH);
    }

    @Override
    public boolean open(
        byte[] key32,
        long counter,
        byte[] aad,
        byte[] in,
        int inOffset,
        int inLength,
        byte[] out,
        int outOffset) {
      return openWith(keyed(key32, counter, aad), in, inOffset, inLength, out, outOffset);
    }

    private static Mixer keyed(byte[] key32, long counter, byte[] aad) {
      Mixer mixer = new Mixer(SEALED);
      mixer.add(key32);
      mixer.add(counter);
      mixer.add(aad);
      return mixer;
    }
  }

  private static boolean openWith(
      Mixer keyed, byte[] in, int inOffset, int inLength, byte[] out, int outOffset) {
    int length = inLength - TAG_LENGTH;
    if (length < 0) {
      return false;
    }
    keyed.add(in, inOffset, length);
    byte[] tag = new byte[TAG_LENGTH];
    keyed.write(tag, 0, TAG_LENGTH);
    for (int i = 0; i < TAG_LENGTH; i++) {
      if (tag[i] != in[inOffset + length + i]) {
        return false;
      }
    }
    System.arraycopy(in, inOffset, out, outOffset, length);
    return true;
  }

  private static final class StandInXChaCha20Poly1305 implements XChaCha20Poly1305 {
    @Override
    public String engine() {
      return ENGINE;
    }

    @Override
    public void seal(
        byte[] key32, byte[] nonce24, byte[] aad, byte[] plaintext, byte[] out, int outOffset) {
      Mixer mixer = keyed(key32, nonce24, aad);
      mixer.add(plaintext);
      System.arraycopy(plaintext, 0, out, outOffset, plaintext.length);
      mixer.write(out, outOffset + plaintext.length, TAG_LENGTH);
    }

    @Override
    public boolean open(
        byte[] key32,
        byte[] nonce24,
        byte[] aad,
        byte[] in,
        int inOffset,
        int inLength,
        byte[] out,
        int outOffset) {
      return openWith(keyed(key32, nonce24, aad), in, inOffset, inLength, out, outOffset);
    }

    private static Mixer keyed(byte[] key32, byte[] nonce24, byte[] aad) {
      Mixer mixer = new Mixer(SEALED);
      mixer.add(key32);
      mixer.add(nonce24);
      mixer.add(aad);
      return mixer;
    }
  }

  /** Packets are whole words: the simulation pads as the packet path does. */
  private static final class StandInCipher implements TransportCipher {
    private final long key;
    private boolean closed;

    StandInCipher(byte[] key32) {
      Mixer mixer = new Mixer(SEALED);
      mixer.add(key32);
      key = mixer.word();
    }

    @Override
    public void seal(long counter, long plaintext, int length, long ciphertext) {
      requireOpen();
      Mixer mixer = tagOf(counter, plaintext, length);
      if (plaintext != ciphertext) {
        NativeMemory.copy(plaintext, ciphertext, length);
      }
      NativeMemory.putLong(ciphertext + length, mixer.word());
      mixer.add(length);
      NativeMemory.putLong(ciphertext + length + Long.BYTES, mixer.word());
    }

    @Override
    public boolean open(long counter, long ciphertext, int length, long plaintext) {
      requireOpen();
      int opened = length - TAG_LENGTH;
      if (opened < 0 || opened % Long.BYTES != 0) {
        return false;
      }
      Mixer mixer = tagOf(counter, ciphertext, opened);
      boolean first = NativeMemory.getLong(ciphertext + opened) == mixer.word();
      mixer.add(opened);
      if (!first || NativeMemory.getLong(ciphertext + opened + Long.BYTES) != mixer.word()) {
        return false;
      }
      NativeMemory.copy(ciphertext, plaintext, opened);
      return true;
    }

    private Mixer tagOf(long counter, long packet, int length) {
      Mixer mixer = new Mixer(key);
      mixer.add(counter);
      mixer.add(length);
      for (int at = 0; at < length; at += Long.BYTES) {
        mixer.add(NativeMemory.getLong(packet + at));
      }
      return mixer;
    }

    private void requireOpen() {
      if (closed) {
        throw new IllegalStateException("the cipher is closed");
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
