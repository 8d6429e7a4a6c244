package io.taltun.crypto.primitive.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.AeadChoice;
import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.LibraryLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With what libcrypto's provider says about itself put in its mouth. */
class DirectConstructionTest {
  private static final int ALGORITHM_LENGTH = 32;
  private static final int IMPLEMENTATION = 16;
  private static final int DISPATCH_LENGTH = 16;

  private final Arena arena = Arena.ofConfined();
  private final List<Long> unqueried = new ArrayList<>();
  private LibCrypto lib;
  private long provider;

  // What a query gives; 0 for what the provider itself says.
  private long ciphers;
  private long macs;
  private int noCache;

  @BeforeEach
  void load() {
    assumeTrue(OpenSsl.installed().available(), OpenSsl.installed().note());
    lib = LibraryLoader.create(LibCrypto.class).load("libcrypto.so.3");
    provider = lib.EVP_CIPHER_get0_provider(lib.EVP_CIPHER_fetch(0, "ChaCha20", 0));
  }

  @AfterEach
  void free() {
    arena.close();
  }

  @Test
  void shouldBeAvailableWithTheProviderOfOpenSsl() {
    assumeTrue("default".equals(lib.OSSL_PROVIDER_get0_name(provider)));
    assertThat(direct().aead(AeadChoice.DIRECT).engine()).isEqualTo("libcrypto/direct");
    assertThat(unqueried).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ChaCha20", "chacha20", "CHACHA20:other", "other:1.2.3:ChaCha20"})
  void shouldFindAnAlgorithmUnderAnyOfItsNames(String names) {
    long real = dispatch(ProviderAlgorithm.CIPHER, "ChaCha20");
    long decoy = dispatch(ProviderAlgorithm.CIPHER, "AES-256-CTR");
    ciphers = algorithms("ChaCha20-Poly1305:Cha", decoy, names, real);
    assertThat(direct().aead(AeadChoice.DIRECT).engine()).isEqualTo("libcrypto/direct");
    assertThat(unqueried).contains(ciphers);
  }

  @Test
  void shouldTakeTheFirstOfTwoFunctionsWithOneNumber() {
    long poly1305 = dispatch(ProviderAlgorithm.MAC, "POLY1305");
    int length = lengthOf(poly1305);
    MemorySegment doubled = arena.allocate(length + 2 * DISPATCH_LENGTH, 8);
    NativeMemory.copy(poly1305, doubled.address(), length);
    NativeMemory.putInt(doubled.address() + length, 6);
    macs = algorithms("POLY1305", doubled.address());
    assertThat(direct().aead(AeadChoice.DIRECT).engine()).isEqualTo("libcrypto/direct");
  }

  @Test
  void shouldBeUnavailableWhenTheProviderIsAnother() {
    OpenSsl openSsl =
        direct((proxy, method, arguments) -> method.getName().endsWith("name") ? "fips" : null);
    assertUnavailable(openSsl, "ChaCha20 is of the provider \"fips\"");
  }

  @Test
  void shouldBeUnavailableWhenAnAlgorithmIsNotListed() {
    ciphers = algorithms("ChaCha20-Poly1305", dispatch(ProviderAlgorithm.CIPHER, "ChaCha20"));
    assertUnavailable(direct(), "the provider does not list ChaCha20");
    assertThat(unqueried).containsExactly(ciphers);
  }

  @Test
  void shouldBeUnavailableWhenTheListHoldsForOnceOnly() {
    noCache = 1;
    assertUnavailable(direct(), "the provider does not list its algorithms");
    assertThat(unqueried).hasSize(1);
  }

  @Test
  void shouldBeUnavailableWhenThereIsNoList() {
    OpenSsl openSsl =
        direct(
            (proxy, method, arguments) ->
                method.getName().equals("OSSL_PROVIDER_query_operation") ? 0L : null);
    assertUnavailable(openSsl, "the provider does not list its algorithms");
  }

  @ParameterizedTest
  @CsvSource({
    "2, ChaCha20, 1",
    "2, ChaCha20, 2",
    "2, ChaCha20, 4",
    "2, ChaCha20, 7",
    "3, POLY1305, 1",
    "3, POLY1305, 3",
    "3, POLY1305, 4",
    "3, POLY1305, 5",
    "3, POLY1305, 6"
  })
  void shouldBeUnavailableWhenAFunctionIsMissing(int operation, String name, int number) {
    long lacking = algorithms(name, without(dispatch(operation, name), number));
    if (operation == ProviderAlgorithm.CIPHER) {
      ciphers = lacking;
    } else {
      macs = lacking;
    }
    assertUnavailable(direct(), name + " lacks function " + number);
  }

  /** AES in counter mode has the same functions, lengths and manners, but gives other bytes. */
  @Test
  void shouldBeUnavailableWhenTheSelfTestFails() {
    ciphers = algorithms("ChaCha20", dispatch(ProviderAlgorithm.CIPHER, "AES-256-CTR"));
    assertUnavailable(direct(), "the provider's functions do not give the AEAD of RFC 8439");
  }

  @Test
  void shouldBeUnavailableWhenAKeyIsRefused() {
    ciphers = algorithms("ChaCha20", dispatch(ProviderAlgorithm.CIPHER, "AES-128-CTR"));
    assertUnavailable(direct(), "libcrypto has no memory for a cipher, or refused its key");
  }

  private static void assertUnavailable(OpenSsl openSsl, String reason) {
    assertThatThrownBy(() -> openSsl.aead(AeadChoice.DIRECT))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("no direct ChaCha20-Poly1305: OpenSSL of a test: " + reason);
    assertThat(openSsl.aead(AeadChoice.AUTO).engine()).isIn("libcrypto/fused", "libcrypto/split");
  }

  private OpenSsl direct() {
    return direct((proxy, method, arguments) -> null);
  }

  /** {@code first} gives what a function gives, null for what it gives else. */
  private OpenSsl direct(InvocationHandler first) {
    InvocationHandler told =
        (proxy, method, arguments) -> {
          Object answer = first.invoke(proxy, method, arguments);
          return answer == null ? method.invoke(lib, arguments) : answer;
        };
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("OSSL_PROVIDER_unquery_operation")) {
            unqueried.add((long) arguments[2]);
            return null;
          }
          Object answer = told.invoke(proxy, method, arguments);
          if (!method.getName().equals("OSSL_PROVIDER_query_operation")) {
            return answer;
          }
          NativeMemory.putInt((long) arguments[2], noCache);
          long ours = (int) arguments[1] == ProviderAlgorithm.CIPHER ? ciphers : macs;
          return ours == 0 ? answer : ours;
        };
    LibCrypto proxy =
        (LibCrypto)
            Proxy.newProxyInstance(
                LibCrypto.class.getClassLoader(), new Class<?>[] {LibCrypto.class}, handler);
    return OpenSsl.with(proxy, "OpenSSL of a test");
  }

  private long dispatch(int operation, String name) {
    return ProviderAlgorithm.find(lib, provider, operation, name).dispatch();
  }

  /** A list of algorithms: names and address of the OSSL_DISPATCH array in turns. */
  private long algorithms(Object... namesAndDispatch) {
    long list = arena.allocate((namesAndDispatch.length / 2 + 1) * ALGORITHM_LENGTH, 8).address();
    for (int i = 0; i < namesAndDispatch.length; i += 2) {
      long at = list + i / 2 * ALGORITHM_LENGTH;
      NativeMemory.putLong(at, arena.allocateFrom((String) namesAndDispatch[i]).address());
      NativeMemory.putLong(at + IMPLEMENTATION, (long) namesAndDispatch[i + 1]);
    }
    return list;
  }

  private long without(long dispatch, int number) {
    int length = lengthOf(dispatch);
    long copy = arena.allocate(length + DISPATCH_LENGTH, 8).address();
    long to = copy;
    for (long at = dispatch; at < dispatch + length; at += DISPATCH_LENGTH) {
      if (NativeMemory.getInt(at) != number) {
        NativeMemory.copy(at, to, DISPATCH_LENGTH);
        to += DISPATCH_LENGTH;
      }
    }
    return copy;
  }

  private static int lengthOf(long dispatch) {
    int length = 0;
    while (NativeMemory.getInt(dispatch + length) != 0) {
      length += DISPATCH_LENGTH;
    }
    return length;
  }
}
