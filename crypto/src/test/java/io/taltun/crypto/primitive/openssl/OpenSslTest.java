package io.taltun.crypto.primitive.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.taltun.crypto.primitive.AeadChoice;
import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import jnr.ffi.LibraryLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OpenSslTest {
  private static final int WARM_UP = 50_000;
  private static final int PACKETS = 1_000_000;

  /** Small, so that a million of them is a matter of a second; the calls are those of any size. */
  private static final int PACKET_LENGTH = 64;

  private static final int ROOM =
      TransportCipher.HEADROOM
          + PACKET_LENGTH
          + TransportCipher.TAG_LENGTH
          + TransportCipher.TAILROOM;

  @Test
  void shouldGiveTheReasonWhenTheLibraryIsAbsent() {
    OpenSsl absent = OpenSsl.load("libcrypto-of-nowhere.so.3");
    assertThat(absent.available()).isFalse();
    assertThat(absent.note()).isEqualTo("libcrypto-of-nowhere.so.3 does not load");
    assertThatThrownBy(() -> absent.aead(AeadChoice.AUTO))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("libcrypto-of-nowhere.so.3 does not load");
    assertThatThrownBy(absent::x25519).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void shouldNameItsVersionWhenItIsInstalled() {
    assumeTrue(OpenSsl.installed().available(), OpenSsl.installed().note());
    assertThat(OpenSsl.installed().note()).startsWith("OpenSSL 3.");
    assertThat(OpenSsl.installed().x25519().engine()).isEqualTo("libcrypto");
  }

  @Test
  void shouldBeFusedAndSayWhyWhenPoly1305CannotBeFetched() {
    assumeTrue(OpenSsl.installed().available(), OpenSsl.installed().note());
    OpenSsl partial = OpenSsl.with(lacking("EVP_MAC_fetch"), "OpenSSL of a test");
    assertThat(partial.aead(AeadChoice.AUTO).engine()).isEqualTo("libcrypto/fused");
    assertThatThrownBy(() -> partial.aead(AeadChoice.SPLIT))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "no split ChaCha20-Poly1305: OpenSSL of a test lacks ChaCha20 or Poly1305 by itself");
    assertThatThrownBy(() -> partial.aead(AeadChoice.DIRECT))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "no direct ChaCha20-Poly1305: OpenSSL of a test: ChaCha20 or Poly1305 is missing by"
                + " itself");
  }

  @Test
  void shouldHaveNothingWhenNoCipherCanBeFetched() {
    assumeTrue(OpenSsl.installed().available(), OpenSsl.installed().note());
    OpenSsl empty = OpenSsl.with(lacking("EVP_CIPHER_fetch"), "OpenSSL of a test");
    assertThat(empty.available()).isFalse();
    assertThat(empty.note()).isEqualTo("OpenSSL of a test offers no ChaCha20-Poly1305");
  }

  @Test
  void shouldHaveNoBlake2sWhenItCannotBeFetched() {
    assumeTrue(OpenSsl.installed().available(), OpenSsl.installed().note());
    OpenSsl openSsl = OpenSsl.with(lacking("EVP_MD_fetch"), "OpenSSL of a test");
    assertThat(openSsl.available()).isTrue();
    assertThat(openSsl.blake2s()).isEmpty();
  }

  /** The first 32 bytes of keystream block 0: where the pass puts them, before the output. */
  @ParameterizedTest
  @EnumSource(names = {"SPLIT", "DIRECT"})
  void shouldLeaveNoOneTimeKeyBehindWhenItIsSplit(AeadChoice choice) {
    assumeTrue(OpenSsl.installed().available(), OpenSsl.installed().note());
    try (Arena arena = Arena.ofConfined();
        TransportCipher cipher = OpenSsl.installed().aead(choice).transportCipher(new byte[32])) {
      long packet = arena.allocate(2 * ROOM).address() + TransportCipher.HEADROOM;
      long opened = packet + ROOM;
      byte[] zeroes = new byte[32];
      cipher.seal(1, packet, PACKET_LENGTH, packet);
      assertThat(NativeMemory.toBytes(packet - TransportCipher.HEADROOM, 32)).isEqualTo(zeroes);
      assertThat(cipher.open(2, packet, PACKET_LENGTH + 16, opened)).isFalse();
      assertThat(NativeMemory.toBytes(opened - TransportCipher.HEADROOM, 32)).isEqualTo(zeroes);
      assertThat(cipher.open(1, packet, PACKET_LENGTH + 16, opened)).isTrue();
      assertThat(NativeMemory.toBytes(opened - TransportCipher.HEADROOM, 32)).isEqualTo(zeroes);
    }
  }

  /** libcrypto with one function that gives NULL. */
  private static LibCrypto lacking(String function) {
    LibCrypto whole = LibraryLoader.create(LibCrypto.class).load("libcrypto.so.3");
    return (LibCrypto)
        Proxy.newProxyInstance(
            LibCrypto.class.getClassLoader(),
            new Class<?>[] {LibCrypto.class},
            (proxy, method, arguments) ->
                method.getName().equals(function) ? 0L : method.invoke(whole, arguments));
  }

  @ParameterizedTest
  @EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
  void shouldAllocateNothingWhenAMillionPacketsAreSealedAndOpened(AeadChoice choice) {
    assumeTrue(OpenSsl.installed().available(), OpenSsl.installed().note());
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().threadId();
    try (Arena arena = Arena.ofConfined();
        TransportCipher sealer = OpenSsl.installed().aead(choice).transportCipher(new byte[32]);
        TransportCipher opener = OpenSsl.installed().aead(choice).transportCipher(new byte[32])) {
      long packet = arena.allocate(2 * ROOM).address() + TransportCipher.HEADROOM;
      sealAndOpen(sealer, opener, packet, WARM_UP);
      // A late compilation may link something once; what a packet costs shows in each run.
      long least = Long.MAX_VALUE;
      for (int run = 0; run < 3 && least != 0; run++) {
        long before = threads.getThreadAllocatedBytes(self);
        int opened = sealAndOpen(sealer, opener, packet, PACKETS);
        least = Math.min(least, threads.getThreadAllocatedBytes(self) - before);
        assertThat(opened).isEqualTo(PACKETS);
        assertThat(before).isPositive();
      }
      assertThat(least).isZero();
    }
  }

  private static int sealAndOpen(
      TransportCipher sealer, TransportCipher opener, long packet, int count) {
    int opened = 0;
    for (int counter = 0; counter < count; counter++) {
      sealer.seal(counter, packet, PACKET_LENGTH, packet);
      if (opener.open(counter, packet, PACKET_LENGTH + 16, packet + ROOM)) {
        opened++;
      }
    }
    return opened;
  }
}
