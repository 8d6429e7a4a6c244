package io.taltun.crypto.primitive;

import io.taltun.fuzz.FuzzTarget;
import io.taltun.fuzz.Input;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/**
 * Every construction of the AEAD against each other: they seal alike, and open what was sealed and
 * nothing else.
 */
public final class CipherTarget implements FuzzTarget {
  private static final int ROOM = 4096;

  private final Arena arena = Arena.ofShared();
  private final long left = room(arena);
  private final long right = room(arena);
  private final TransportCipher[] ciphers =
      Engines.all()
          .filter(it -> it.aead().engine().startsWith("libcrypto"))
          .map(it -> it.aead().transportCipher(new byte[32]))
          .toArray(TransportCipher[]::new);
  private final TransportCipher reference =
      Primitives.of("bouncycastle").aead().transportCipher(new byte[32]);

  /** Flags, a counter, a place to damage, by what, and the packet. */
  @Override
  public void accept(byte[] bytes) {
    Input input = new Input(bytes);
    int flags = input.next();
    long counter = input.nextLong();
    int place = input.next16();
    int damage = input.next();
    byte[] packet = input.rest();
    byte[] sealed = null;
    for (TransportCipher cipher : ciphers) {
      byte[] mine = seal(cipher, counter, packet, (flags & 1) == 0);
      if (sealed != null && !Arrays.equals(sealed, mine)) {
        throw new AssertionError("two constructions seal differently");
      }
      sealed = mine;
    }
    // It is slow: one input in 16 is enough to keep all of them honest.
    if (sealed == null || flags >>> 4 == 1) {
      byte[] mine = seal(reference, counter, packet, true);
      if (sealed != null && !Arrays.equals(sealed, mine)) {
        throw new AssertionError("BouncyCastle seals differently");
      }
      sealed = mine;
    }
    byte[] received =
        switch (flags >>> 1 & 3) {
          case 0, 1 -> {
            byte[] damaged = sealed.clone();
            damaged[place % damaged.length] ^= (byte) damage;
            yield damaged;
          }
          case 2 -> Arrays.copyOf(sealed, place % (sealed.length + 3));
          default -> packet;
        };
    boolean genuine = Arrays.equals(received, sealed);
    for (TransportCipher cipher : ciphers) {
      open(cipher, counter, received, genuine, packet);
      if (damage != 0) {
        open(cipher, counter ^ (long) damage << place % 57, sealed, false, packet);
      }
    }
    if (flags >>> 4 == 1 || ciphers.length == 0) {
      open(reference, counter, received, genuine, packet);
    }
  }

  private byte[] seal(TransportCipher cipher, long counter, byte[] packet, boolean inPlace) {
    long to = inPlace ? left : right;
    NativeMemory.copy(packet, 0, left, packet.length);
    cipher.seal(counter, left, packet.length, to);
    return NativeMemory.toBytes(to, packet.length + TransportCipher.TAG_LENGTH);
  }

  private void open(
      TransportCipher cipher, long counter, byte[] sealed, boolean genuine, byte[] packet) {
    NativeMemory.copy(sealed, 0, right, sealed.length);
    boolean opened = cipher.open(counter, right, sealed.length, left);
    if (opened != genuine) {
      throw new AssertionError(opened ? "opened what was not sealed" : "did not open");
    }
    if (opened && !Arrays.equals(NativeMemory.toBytes(left, packet.length), packet)) {
      throw new AssertionError("opened to something else");
    }
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(seed(0, 0), seed(1, 64), seed(0x12, 100), seed(2, 15), seed(4, 16), seed(6, 40));
  }

  private static byte[] seed(int flags, int length) {
    byte[] seed = new byte[12 + length];
    seed[0] = (byte) flags;
    seed[11] = 1;
    Arrays.fill(seed, 12, seed.length, (byte) 7);
    return seed;
  }

  @Override
  public int inputsInTests() {
    return 50_000;
  }

  private static long room(Arena arena) {
    return arena.allocate(ROOM, 64).address() + TransportCipher.HEADROOM;
  }

  @Override
  public void close() {
    arena.close();
    for (TransportCipher cipher : ciphers) {
      cipher.close();
    }
    reference.close();
  }
}
