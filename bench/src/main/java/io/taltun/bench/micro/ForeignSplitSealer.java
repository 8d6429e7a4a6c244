package io.taltun.bench.micro;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Seals as the cipher "libcrypto/split" does, step by step, but calls libcrypto through
 * java.lang.foreign, critical: without the thread's change of state around each call.
 */
final class ForeignSplitSealer {
  private static final int BLOCK = TransportCipher.HEADROOM;
  private static final int KEPT = BLOCK - 16;
  private static final int TAG_LENGTH = TransportCipher.TAG_LENGTH;

  // The scratch.
  private static final int OUT_LENGTH = 0;
  private static final int IV = 8;
  private static final int COUNTER = IV + 8;
  private static final int SAVED = IV + 16;
  private static final int SCRATCH_LENGTH = SAVED + KEPT;

  private static final SymbolLookup LIBCRYPTO =
      SymbolLookup.libraryLookup("libcrypto.so.3", Arena.global());

  private static final MethodHandle ENCRYPT_INIT =
      critical("EVP_EncryptInit_ex", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle ENCRYPT_UPDATE =
      critical("EVP_EncryptUpdate", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle MAC_INIT =
      critical("EVP_MAC_init", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MAC_UPDATE =
      critical("EVP_MAC_update", JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MAC_FINAL =
      critical("EVP_MAC_final", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private final long context;
  private final long mac;
  private final long scratch;

  /** The contexts are never freed: a fork of a benchmark makes one. */
  ForeignSplitSealer(Arena arena, byte[] key32) throws Throwable {
    scratch = arena.allocate(SCRATCH_LENGTH, 8).address();
    long key = arena.allocate(key32.length).address();
    NativeMemory.copy(key32, 0, key, key32.length);
    long chacha20 = fetch("EVP_CIPHER_fetch", arena.allocateFrom("ChaCha20").address());
    long poly1305 = fetch("EVP_MAC_fetch", arena.allocateFrom("POLY1305").address());
    context = (long) function("EVP_CIPHER_CTX_new", JAVA_LONG).invokeExact();
    mac = (long) function("EVP_MAC_CTX_new", JAVA_LONG, JAVA_LONG).invokeExact(poly1305);
    if ((int) ENCRYPT_INIT.invokeExact(context, chacha20, 0L, key, 0L) != 1) {
      throw new IllegalStateException("libcrypto refused a key");
    }
  }

  boolean seal(long counter, long plaintext, int length, long ciphertext) throws Throwable {
    long block0 = ciphertext - BLOCK;
    NativeMemory.putLongLe(scratch + COUNTER, counter);
    copyLongs(block0, scratch + SAVED, KEPT);
    for (int i = 0; i < BLOCK; i += Long.BYTES) {
      NativeMemory.putLong(plaintext - BLOCK + i, 0);
    }
    int whole = BLOCK + (length + BLOCK - 1 & -BLOCK);
    boolean keyed =
        (int) ENCRYPT_INIT.invokeExact(context, 0L, 0L, 0L, scratch + IV) == 1
            && (int)
                    ENCRYPT_UPDATE.invokeExact(
                        context, block0, scratch + OUT_LENGTH, plaintext - BLOCK, whole)
                == 1
            && (int) MAC_INIT.invokeExact(mac, block0, 32L, 0L) == 1;
    copyLongs(scratch + SAVED, block0, KEPT);
    long end = ciphertext + length;
    int padded = length + 15 & -16;
    NativeMemory.putLong(end, 0);
    NativeMemory.putLong(end + 8, 0);
    NativeMemory.putLongLe(ciphertext + padded, 0);
    NativeMemory.putLongLe(ciphertext + padded + 8, length);
    return keyed
        && (int) MAC_UPDATE.invokeExact(mac, ciphertext, padded + 16L) == 1
        && (int) MAC_FINAL.invokeExact(mac, end, scratch + OUT_LENGTH, (long) TAG_LENGTH) == 1;
  }

  private static void copyLongs(long source, long destination, int length) {
    for (int i = 0; i < length; i += Long.BYTES) {
      NativeMemory.putLong(destination + i, NativeMemory.getLong(source + i));
    }
  }

  private static long fetch(String function, long algorithm) throws Throwable {
    return (long)
        function(function, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG)
            .invokeExact(0L, algorithm, 0L);
  }

  private static MethodHandle critical(String name, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(
            LIBCRYPTO.findOrThrow(name),
            FunctionDescriptor.of(JAVA_INT, arguments),
            Linker.Option.critical(false));
  }

  private static MethodHandle function(
      String name, MemoryLayout result, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(LIBCRYPTO.findOrThrow(name), FunctionDescriptor.of(result, arguments));
  }
}
