package io.taltun.bench.micro;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.TransportCipher;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The same seal by EVP through jnr-ffi, as "libcrypto/split" does it, by EVP through
 * java.lang.foreign, and past EVP, as "libcrypto/direct" does it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SealByForeignBenchmark {
  private static final long SEED = 1;
  private static final int KEY_LENGTH = 32;

  @Param({"128", "1420"})
  public int length;

  private Arena arena;
  private TransportCipher byJnr;
  private ForeignSplitSealer byForeign;
  private TransportCipher direct;
  private long plaintext;
  private long ciphertext;
  private long counter;

  @Setup
  public void prepare() throws Throwable {
    Random random = new Random(SEED);
    byte[] key = new byte[KEY_LENGTH];
    byte[] packet = new byte[length];
    random.nextBytes(key);
    random.nextBytes(packet);
    arena = Arena.ofShared();
    plaintext = PacketRoom.allocate(arena, length);
    ciphertext = PacketRoom.allocate(arena, length);
    NativeMemory.copy(packet, 0, plaintext, length);
    byJnr = Primitives.of("libcrypto/split").aead().transportCipher(key);
    byForeign = new ForeignSplitSealer(arena, key);
    direct = Primitives.of("libcrypto/direct").aead().transportCipher(key);
    requireSameBytes();
  }

  private void requireSameBytes() throws Throwable {
    int sealedLength = length + TransportCipher.TAG_LENGTH;
    byJnr.seal(counter, plaintext, length, ciphertext);
    byte[] expected = NativeMemory.toBytes(ciphertext, sealedLength);
    NativeMemory.clear(ciphertext, sealedLength);
    if (!byForeign.seal(counter, plaintext, length, ciphertext)
        || !Arrays.equals(NativeMemory.toBytes(ciphertext, sealedLength), expected)) {
      throw new IllegalStateException("the two do not seal alike");
    }
  }

  @TearDown
  public void release() {
    byJnr.close();
    direct.close();
    arena.close();
  }

  @Benchmark
  public void jnr() {
    byJnr.seal(counter++, plaintext, length, ciphertext);
  }

  @Benchmark
  public boolean foreignCritical() throws Throwable {
    return byForeign.seal(counter++, plaintext, length, ciphertext);
  }

  @Benchmark
  public void direct() {
    direct.seal(counter++, plaintext, length, ciphertext);
  }
}
