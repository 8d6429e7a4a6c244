package io.taltun.crypto.primitive.openssl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Calls a provider's functions for ChaCha20 and Poly1305: provider-cipher(7ssl),
 * provider-mac(7ssl). The only class that calls native code through java.lang.foreign;
 * docs/decisions/0004-past-evp.md has the reason. Immutable; what the functions may do at once in
 * several threads is a matter of the contexts.
 *
 * <p>Pointers and size_t are {@code long}, 0 is NULL, 1 is success. Nobody checks an address.
 */
final class ProviderFunctions {
  // openssl/core_dispatch.h
  private static final int CIPHER_NEWCTX = 1;
  private static final int CIPHER_ENCRYPT_INIT = 2;
  private static final int CIPHER_UPDATE = 4;
  private static final int CIPHER_FREECTX = 7;
  private static final int MAC_NEWCTX = 1;
  private static final int MAC_FREECTX = 3;
  private static final int MAC_INIT = 4;
  private static final int MAC_UPDATE = 5;
  private static final int MAC_FINAL = 6;

  private static final MethodHandle NEW =
      Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle FREE =
      Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(JAVA_LONG));

  // The handles are constants, so calls of them are compiled into the caller; the function's
  // address is their first argument.
  private static final MethodHandle CALL3 = critical(3);
  private static final MethodHandle CALL4 = critical(4);
  private static final MethodHandle CALL6 = critical(6);

  private final long cipherProvider;
  private final MemorySegment cipherNew;
  private final MemorySegment cipherFree;
  private final MemorySegment cipherInit;
  private final MemorySegment cipherUpdate;
  private final long macProvider;
  private final MemorySegment macNew;
  private final MemorySegment macFree;
  private final MemorySegment macInit;
  private final MemorySegment macUpdate;
  private final MemorySegment macFinal;

  /**
   * Looks the functions up, once.
   *
   * @throws UnsupportedOperationException when one is missing; the message says which
   */
  ProviderFunctions(ProviderAlgorithm cipher, ProviderAlgorithm mac) {
    cipherProvider = cipher.providerContext();
    cipherNew = function(cipher, CIPHER_NEWCTX);
    cipherFree = function(cipher, CIPHER_FREECTX);
    cipherInit = function(cipher, CIPHER_ENCRYPT_INIT);
    cipherUpdate = function(cipher, CIPHER_UPDATE);
    macProvider = mac.providerContext();
    macNew = function(mac, MAC_NEWCTX);
    macFree = function(mac, MAC_FREECTX);
    macInit = function(mac, MAC_INIT);
    macUpdate = function(mac, MAC_UPDATE);
    macFinal = function(mac, MAC_FINAL);
  }

  private static MemorySegment function(ProviderAlgorithm algorithm, int number) {
    return MemorySegment.ofAddress(algorithm.function(number));
  }

  /**
   * Without the thread's change of state around a call. A critical function must not block nor call
   * back into Java, and until it returns no safepoint is reached: these compute on at most one
   * datagram and wait for nothing. That is under a µs for a packet of the usual size, some 20 µs
   * for one of 64 KiB.
   */
  private static MethodHandle critical(int arguments) {
    FunctionDescriptor descriptor = FunctionDescriptor.of(JAVA_INT);
    for (int i = 0; i < arguments; i++) {
      descriptor = descriptor.appendArgumentLayouts(JAVA_LONG);
    }
    return Linker.nativeLinker().downcallHandle(descriptor, Linker.Option.critical(false));
  }

  /** A context of the cipher, or 0. */
  long newCipher() {
    return newContext(cipherNew, cipherProvider);
  }

  /** Zeroes the key. */
  void freeCipher(long context) {
    freeContext(cipherFree, context);
  }

  /** Sets the key. */
  int initKey(long cipher, long key, long keyLength) {
    return call6(cipherInit, cipher, key, keyLength, 0, 0);
  }

  /** Keeps the key and starts anew with an iv. */
  int initIv(long cipher, long iv, long ivLength) {
    return call6(cipherInit, cipher, 0, 0, iv, ivLength);
  }

  int update(long cipher, long out, long outLength, long outSize, long in, long inLength) {
    try {
      return (int) CALL6.invokeExact(cipherUpdate, cipher, out, outLength, outSize, in, inLength);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A context of the MAC, or 0. */
  long newMac() {
    return newContext(macNew, macProvider);
  }

  void freeMac(long context) {
    freeContext(macFree, context);
  }

  int initMac(long mac, long key, long keyLength) {
    return call4(macInit, mac, key, keyLength, 0);
  }

  int updateMac(long mac, long data, long length) {
    try {
      return (int) CALL3.invokeExact(macUpdate, mac, data, length);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  int finishMac(long mac, long out, long outLength, long outSize) {
    return call4(macFinal, mac, out, outLength, outSize);
  }

  private static int call4(MemorySegment function, long a, long b, long c, long d) {
    try {
      return (int) CALL4.invokeExact(function, a, b, c, d);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static int call6(MemorySegment function, long a, long b, long c, long d, long e) {
    try {
      return (int) CALL6.invokeExact(function, a, b, c, d, e, 0L);
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  private static long newContext(MemorySegment function, long provider) {
    try {
      return (long) NEW.invokeExact(function, provider);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static void freeContext(MemorySegment function, long context) {
    if (context == 0) {
      return;
    }
    try {
      FREE.invokeExact(function, context);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A method handle may throw anything; C does not. */
  private static AssertionError impossible(Throwable e) {
    return new AssertionError("a native function threw", e);
  }
}
