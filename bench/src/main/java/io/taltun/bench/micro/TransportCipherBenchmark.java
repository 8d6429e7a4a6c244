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

/** Sealing and opening one packet by engine and length, not in place. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TransportCipherBenchmark {
  private static final int KEY_LENGTH = 32;
  private static final long SEED = 1;
  private static final long OPENED_COUNTER = 1;

  /** As {@link Primitives#of} names it. */
  @Param({"libcrypto/fused", "libcrypto/split", "libcrypto/direct", "jdk", "bouncycastle"})
  public String engine;

  /** Small packets, a full one of whole blocks, a full one at the default MTU. */
  @Param({"96", "128", "1408", "1420"})
  public int length;

  private Arena arena;
  private TransportCipher sealer;
  private TransportCipher opener;
  private long plaintext;
  private long ciphertext;
  private long sealed;
  private long opened;
  private long counter;

  @Setup
  public void prepare() {
    Random random = new Random(SEED);
    byte[] key = new byte[KEY_LENGTH];
    byte[] packet = new byte[length];
    random.nextBytes(key);
    random.nextBytes(packet);
    arena = Arena.ofShared();
    plaintext = PacketRoom.allocate(arena, length);
    ciphertext = PacketRoom.allocate(arena, length);
    sealed = PacketRoom.allocate(arena, length);
    opened = PacketRoom.allocate(arena, length);
    NativeMemory.copy(packet, 0, plaintext, length);
    var aead = Primitives.of(engine).aead();
    sealer = aead.transportCipher(key);
    opener = aead.transportCipher(key);
    sealer.seal(OPENED_COUNTER, plaintext, length, sealed);
  }

  @TearDown
  public void release() {
    sealer.close();
    opener.close();
    arena.close();
  }

  @Benchmark
  public void seal() {
    sealer.seal(counter++, plaintext, length, ciphertext);
  }

  @Benchmark
  public boolean open() {
    return opener.open(OPENED_COUNTER, sealed, length + TransportCipher.TAG_LENGTH, opened);
  }
}
