package io.taltun.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Damages inputs: flips, lies about lengths, cuts, repeats and splices. All chance is given. */
public final class Mutator {
  private static final int MOST_CHANGES = 4;
  private static final int MOST_INSERTED = 16;
  private static final int KINDS = 9;

  /** Where bounds lie: counts, lengths of headers and packets, signs. */
  private static final int[] EDGES = {
    0, 1, 2, 3, 4, 5, 6, 8, 15, 16, 17, 19, 20, 28, 31, 32, 39, 40, 48, 60, 63, 64, 91, 92, 127,
    128, 147, 148, 255, 256, 0x0fff, 0x1fff, 0x2000, 0x4000, 0x7fff, 0x8000, 0xfffe, 0xffff
  };

  private final List<byte[]> pool;
  private final List<byte[]> words;
  private final int maxLength;

  /**
   * @param pool inputs to begin with, at least one
   * @param words of the format, may be empty
   * @param maxLength bytes of the longest input that comes out
   */
  public Mutator(List<byte[]> pool, List<byte[]> words, int maxLength) {
    this.pool = List.copyOf(pool);
    this.words = List.copyOf(words);
    this.maxLength = maxLength;
  }

  /** An input of the pool with one to four changes. */
  public byte[] next(RandomGenerator random) {
    byte[] input = any(pool, random);
    for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
      input = change(input, random);
    }
    return input.length > maxLength ? Arrays.copyOf(input, maxLength) : input;
  }

  private byte[] change(byte[] input, RandomGenerator random) {
    if (input.length == 0) {
      return random(random);
    }
    int at = random.nextInt(input.length);
    int end = at + random.nextInt(Math.min(input.length - at, MOST_INSERTED) + 1);
    return switch (random.nextInt(KINDS)) {
      case 0 -> with(input, at, input[at] ^ 1 << random.nextInt(Byte.SIZE));
      case 1 -> with(input, at, random.nextInt());
      case 2 -> word(input, at, EDGES[random.nextInt(EDGES.length)], random);
      case 3 -> word(input, at, input.length - random.nextInt(3), random);
      case 4 -> with(input, at, input[at] + random.nextInt(-2, 3));
      case 5 -> replace(input, at, end, new byte[0]);
      case 6 -> replace(input, at, at, Arrays.copyOfRange(input, at, end));
      case 7 -> replace(input, at, end, words.isEmpty() ? random(random) : any(words, random));
      default -> splice(input, at, any(pool, random), random);
    };
  }

  private static byte[] with(byte[] input, int at, int value) {
    byte[] changed = input.clone();
    changed[at] = (byte) value;
    return changed;
  }

  /** Two bytes, in either order. */
  private static byte[] word(byte[] input, int at, int value, RandomGenerator random) {
    if (at + 1 == input.length) {
      return with(input, at, value);
    }
    int turn = random.nextInt(2);
    return with(with(input, at + turn, value), at + 1 - turn, value >> Byte.SIZE);
  }

  private static byte[] replace(byte[] input, int from, int to, byte[] by) {
    byte[] changed = Arrays.copyOf(input, input.length - (to - from) + by.length);
    System.arraycopy(by, 0, changed, from, by.length);
    System.arraycopy(input, to, changed, from + by.length, input.length - to);
    return changed;
  }

  private static byte[] splice(byte[] input, int at, byte[] other, RandomGenerator random) {
    return replace(
        input,
        at,
        input.length,
        Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length));
  }

  private static byte[] random(RandomGenerator random) {
    byte[] bytes = new byte[1 + random.nextInt(MOST_INSERTED)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] any(List<byte[]> list, RandomGenerator random) {
    return list.get(random.nextInt(list.size()));
  }
}
