package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;
import java.nio.charset.StandardCharsets;

/**
 * The functions of one algorithm in the provider that is built into libcrypto (provider(7ssl)).
 * Other providers are refused: only of this one is it known that its functions neither block nor
 * call back.
 *
 * @param name as it was looked up
 * @param providerContext what makes a context of the algorithm
 * @param dispatch address of the OSSL_DISPATCH array
 */
record ProviderAlgorithm(String name, long providerContext, long dispatch) {
  /** openssl/core_dispatch.h: OSSL_OP_CIPHER, OSSL_OP_MAC. */
  static final int CIPHER = 2;

  static final int MAC = 3;

  private static final String BUILT_IN = "default";

  // openssl/core.h: OSSL_ALGORITHM is names, properties, implementation and description, and ends
  // with a NULL name; OSSL_DISPATCH is an int and a pointer, and ends with 0.
  private static final int IMPLEMENTATION = 16;
  private static final int ALGORITHM_LENGTH = 32;
  private static final int FUNCTION = 8;
  private static final int DISPATCH_LENGTH = 16;

  /**
   * Looks an algorithm up.
   *
   * @param provider the OSSL_PROVIDER of what was fetched under that name
   * @throws UnsupportedOperationException when it is not there as expected; the message says why
   */
  static ProviderAlgorithm find(LibCrypto lib, long provider, int operation, String name) {
    String providerName = provider == 0 ? null : lib.OSSL_PROVIDER_get0_name(provider);
    if (!BUILT_IN.equals(providerName)) {
      throw new UnsupportedOperationException(
          "%s is of the provider \"%s\"".formatted(name, providerName));
    }
    long algorithms = query(lib, provider, operation);
    if (algorithms == 0) {
      throw new UnsupportedOperationException("the provider does not list its algorithms");
    }
    try {
      long context = lib.OSSL_PROVIDER_get0_provider_ctx(provider);
      return new ProviderAlgorithm(name, context, implementation(algorithms, name));
    } finally {
      lib.OSSL_PROVIDER_unquery_operation(provider, operation, algorithms);
    }
  }

  /** Gives 0 also for an answer that holds for once only. */
  private static long query(LibCrypto lib, long provider, int operation) {
    try (Block noCache = Block.allocate(lib, Integer.BYTES)) {
      long algorithms = lib.OSSL_PROVIDER_query_operation(provider, operation, noCache.address());
      if (algorithms != 0 && NativeMemory.getInt(noCache.address()) != 0) {
        lib.OSSL_PROVIDER_unquery_operation(provider, operation, algorithms);
        return 0;
      }
      return algorithms;
    }
  }

  /** As when libcrypto fetches: upper and lower case are one, and the first that fits counts. */
  private static long implementation(long algorithms, String name) {
    long at = algorithms;
    for (long names = NativeMemory.getLong(at); names != 0; names = NativeMemory.getLong(at)) {
      for (String alias : text(names).split(":")) {
        if (alias.equalsIgnoreCase(name)) {
          return NativeMemory.getLong(at + IMPLEMENTATION);
        }
      }
      at += ALGORITHM_LENGTH;
    }
    throw new UnsupportedOperationException("the provider does not list " + name);
  }

  private static String text(long address) {
    return NativeMemory.ALL.getString(address, StandardCharsets.US_ASCII);
  }

  /**
   * Address of a function by its number in openssl/core_dispatch.h; the first one, should the array
   * have two.
   *
   * @throws UnsupportedOperationException when the algorithm lacks it
   */
  long function(int number) {
    for (long at = dispatch; NativeMemory.getInt(at) != 0; at += DISPATCH_LENGTH) {
      if (NativeMemory.getInt(at) == number) {
        return NativeMemory.getLong(at + FUNCTION);
      }
    }
    throw new UnsupportedOperationException("%s lacks function %d".formatted(name, number));
  }
}
