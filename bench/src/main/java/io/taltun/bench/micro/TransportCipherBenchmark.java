package io.taltun.bench.micro;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.TransportCipher;
import java.lang.foreign.Arena;
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
 * Sealing and opening one full packet, {@value #LENGTH} bytes at the default MTU, by engine.
 * Opening is not in place, so that the same ciphertext is there for the next call.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TransportCipherBenchmark {
  private static final int LENGTH = 1420;
  private static final int KEY_LENGTH = 32;
  private static final long SEED = 1;
  private static final long OPENED_COUNTER = 1;

  /** As {@link Primitives#of} names it. */
  @Param({"libcrypto", "jdk", "bouncycastle"})
  public String engine;

  private Arena arena;
  private TransportCipher sealer;
  private TransportCipher opener;
  private long plaintext;
  private long ciphertext;
  private long sealed;
  private long counter;

  @Setup
  public void prepare() {
    Random random = new Random(SEED);
    byte[] key = new byte[KEY_LENGTH];
    byte[] packet = new byte[LENGTH];
    random.nextBytes(key);
    random.nextBytes(packet);
    arena = Arena.ofShared();
    plaintext = arena.allocate(LENGTH, 64).address();
    ciphertext = arena.allocate(LENGTH + TransportCipher.TAG_LENGTH, 64).address();
    sealed = arena.allocate(LENGTH + TransportCipher.TAG_LENGTH, 64).address();
    NativeMemory.copy(packet, 0, plaintext, LENGTH);
    var aead = Primitives.of(engine).aead();
    sealer = aead.transportCipher(key);
    opener = aead.transportCipher(key);
    sealer.seal(OPENED_COUNTER, plaintext, LENGTH, sealed);
  }

  @TearDown
  public void release() {
    sealer.close();
    opener.close();
    arena.close();
  }

  @Benchmark
  public void seal() {
    sealer.seal(counter++, plaintext, LENGTH, ciphertext);
  }

  @Benchmark
  public boolean open() {
    return opener.open(OPENED_COUNTER, sealed, LENGTH + TransportCipher.TAG_LENGTH, plaintext);
  }
}
