package io.taltun.bench.micro;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * Seals as {@link ForeignSplitSealer} does, but calls the functions of libcrypto's provider
 * themselves (provider(7), provider-cipher(7), provider-mac(7)), without EVP in front: EVP 3.0 asks
 * the provider by name for the length of the nonce at every packet.
 */
final class ProviderSplitSealer {
  private static final int BLOCK = TransportCipher.HEADROOM;
  private static final int KEPT = BLOCK - 16;
  private static final int TAG_LENGTH = TransportCipher.TAG_LENGTH;
  private static final long KEY_LENGTH = 32;
  private static final long IV_LENGTH = 16;

  // The scratch.
  private static final int OUT_LENGTH = 0;
  private static final int IV = 8;
  private static final int COUNTER = IV + 8;
  private static final int SAVED = IV + 16;
  private static final int SCRATCH_LENGTH = SAVED + KEPT;

  // openssl/core_dispatch.h
  private static final int OP_CIPHER = 2;
  private static final int OP_MAC = 3;
  private static final int CIPHER_NEWCTX = 1;
  private static final int CIPHER_ENCRYPT_INIT = 2;
  private static final int CIPHER_UPDATE = 4;
  private static final int MAC_NEWCTX = 1;
  private static final int MAC_INIT_FUNCTION = 4;
  private static final int MAC_UPDATE_FUNCTION = 5;
  private static final int MAC_FINAL_FUNCTION = 6;

  private static final SymbolLookup LIBCRYPTO =
      SymbolLookup.libraryLookup("libcrypto.so.3", Arena.global());

  private static final long PROVIDER = provider();
  private static final long CHACHA20 = implementation(OP_CIPHER, "ChaCha20");
  private static final long POLY1305 = implementation(OP_MAC, "POLY1305");

  private static final MethodHandle INIT =
      critical(
          function(CHACHA20, CIPHER_ENCRYPT_INIT),
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG);
  private static final MethodHandle UPDATE =
      critical(
          function(CHACHA20, CIPHER_UPDATE),
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG);
  private static final MethodHandle MAC_INIT =
      critical(function(POLY1305, MAC_INIT_FUNCTION), JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MAC_UPDATE =
      critical(function(POLY1305, MAC_UPDATE_FUNCTION), JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MAC_FINAL =
      critical(function(POLY1305, MAC_FINAL_FUNCTION), JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private final long context;
  private final long mac;
  private final long scratch;

  /** The contexts are never freed: a fork of a benchmark makes one. */
  ProviderSplitSealer(Arena arena, byte[] key32) throws Throwable {
    scratch = arena.allocate(SCRATCH_LENGTH, 8).address();
    long key = arena.allocate(key32.length).address();
    NativeMemory.copy(key32, 0, key, key32.length);
    long providerContext = call("OSSL_PROVIDER_get0_provider_ctx", PROVIDER);
    context = newContext(function(CHACHA20, CIPHER_NEWCTX), providerContext);
    mac = newContext(function(POLY1305, MAC_NEWCTX), providerContext);
    if ((int) INIT.invokeExact(context, key, KEY_LENGTH, 0L, 0L, 0L) != 1) {
      throw new IllegalStateException("libcrypto refused a key");
    }
  }

  boolean seal(long counter, long plaintext, int length, long ciphertext) throws Throwable {
    long block0 = ciphertext - BLOCK;
    long outLength = scratch + OUT_LENGTH;
    NativeMemory.putLongLe(scratch + COUNTER, counter);
    copyLongs(block0, scratch + SAVED, KEPT);
    for (int i = 0; i < BLOCK; i += Long.BYTES) {
      NativeMemory.putLong(plaintext - BLOCK + i, 0);
    }
    long whole = BLOCK + (length + BLOCK - 1 & -BLOCK);
    boolean keyed =
        (int) INIT.invokeExact(context, 0L, 0L, scratch + IV, IV_LENGTH, 0L) == 1
            && (int) UPDATE.invokeExact(context, block0, outLength, whole, plaintext - BLOCK, whole)
                == 1
            && (int) MAC_INIT.invokeExact(mac, block0, KEY_LENGTH, 0L) == 1;
    copyLongs(scratch + SAVED, block0, KEPT);
    long end = ciphertext + length;
    int padded = length + 15 & -16;
    NativeMemory.putLong(end, 0);
    NativeMemory.putLong(end + 8, 0);
    NativeMemory.putLongLe(ciphertext + padded, 0);
    NativeMemory.putLongLe(ciphertext + padded + 8, length);
    return keyed
        && (int) MAC_UPDATE.invokeExact(mac, ciphertext, padded + 16L) == 1
        && (int) MAC_FINAL.invokeExact(mac, end, outLength, (long) TAG_LENGTH) == 1;
  }

  private static void copyLongs(long source, long destination, int length) {
    for (int i = 0; i < length; i += Long.BYTES) {
      NativeMemory.putLong(destination + i, NativeMemory.getLong(source + i));
    }
  }

  private static long provider() {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom("ChaCha20").address();
      return call("EVP_CIPHER_get0_provider", call("EVP_CIPHER_fetch", 0, name, 0));
    }
  }

  /** Address of the OSSL_DISPATCH array of an algorithm, the first of whose names is given. */
  private static long implementation(int operation, String name) {
    try (Arena arena = Arena.ofConfined()) {
      long noCache = arena.allocate(JAVA_INT).address();
      long algorithm = call("OSSL_PROVIDER_query_operation", PROVIDER, operation, noCache);
      for (; NativeMemory.getLong(algorithm) != 0; algorithm += 32) {
        String names =
            NativeMemory.ALL.getString(NativeMemory.getLong(algorithm), StandardCharsets.US_ASCII);
        if (names.split(":")[0].equalsIgnoreCase(name)) {
          return NativeMemory.getLong(algorithm + 16);
        }
      }
      throw new IllegalStateException("libcrypto's provider has no " + name);
    }
  }

  private static long function(long dispatch, int id) {
    for (long at = dispatch; NativeMemory.getInt(at) != 0; at += 16) {
      if (NativeMemory.getInt(at) == id) {
        return NativeMemory.getLong(at + 8);
      }
    }
    throw new IllegalStateException("libcrypto's provider lacks function " + id);
  }

  private static long newContext(long function, long providerContext) throws Throwable {
    return (long)
        Linker.nativeLinker()
            .downcallHandle(
                MemorySegment.ofAddress(function), FunctionDescriptor.of(JAVA_LONG, JAVA_LONG))
            .invokeExact(providerContext);
  }

  private static MethodHandle critical(long function, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(
            MemorySegment.ofAddress(function),
            FunctionDescriptor.of(JAVA_INT, arguments),
            Linker.Option.critical(false));
  }

  private static long call(String name, Object... arguments) {
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    Object[] longs = new Object[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      layouts[i] = JAVA_LONG;
      longs[i] = ((Number) arguments[i]).longValue();
    }
    try {
      return (long)
          Linker.nativeLinker()
              .downcallHandle(
                  LIBCRYPTO.findOrThrow(name), FunctionDescriptor.of(JAVA_LONG, layouts))
              .invokeWithArguments(longs);
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
  }
}
