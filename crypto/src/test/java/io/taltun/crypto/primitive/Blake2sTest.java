package io.taltun.crypto.primitive;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class Blake2sTest {
  private static final long SEED = 7693;
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] NO_KEY = {};

  private static final String ENGINES = "io.taltun.crypto.primitive.Blake2sTest#engines";

  private static Stream<Blake2s> engines() {
    return Stream.of(Primitives.best(), Primitives.of("bouncycastle"))
        .map(Primitives::blake2s)
        .distinct();
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldHashAbcAsAppendixBOfRfc7693(Blake2s blake2s) {
    byte[] out = new byte[32];
    blake2s.hash(out, "a".getBytes(US_ASCII), "bc".getBytes(US_ASCII));
    assertThat(HEX.formatHex(out))
        .isEqualTo("508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
  }

  /** The oracle must pass before it may judge: RFC 7693, appendix E. */
  @Test
  void shouldPassTheSelfTestOfAppendixEWhenItIsTheOracle() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int outLength : new int[] {16, 20, 28, 32}) {
      for (int inLength : new int[] {0, 3, 64, 65, 255, 1024}) {
        byte[] in = selfTestSequence(inLength, inLength);
        byte[] key = selfTestSequence(outLength, outLength);
        all.writeBytes(Rfc7693.blake2s(outLength, NO_KEY, in));
        all.writeBytes(Rfc7693.blake2s(outLength, key, in));
      }
    }
    assertThat(HEX.formatHex(Rfc7693.blake2s(32, NO_KEY, all.toByteArray())))
        .isEqualTo("6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe");
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldAgreeWithTheOracleWhenInputsAreRandom(Blake2s blake2s) {
    Random random = new Random(SEED);
    for (int i = 0; i < 500; i++) {
      byte[] data = new byte[random.nextInt(600)];
      byte[] key = new byte[1 + random.nextInt(32)];
      random.nextBytes(data);
      random.nextBytes(key);
      int cut = random.nextInt(data.length + 1);
      byte[] head = Arrays.copyOf(data, cut);
      byte[] tail = Arrays.copyOfRange(data, cut, data.length);
      byte[] out = new byte[32];

      blake2s.hash(out, head, tail);
      assertThat(out).as("seed %d", SEED).isEqualTo(Rfc7693.blake2s(32, NO_KEY, data));
      blake2s.hmac(out, key, head, tail);
      assertThat(out).as("seed %d", SEED).isEqualTo(Rfc7693.hmac(key, data));
      byte[] mac = new byte[20];
      blake2s.mac(key, data, cut, tail.length, mac, 4);
      assertThat(Arrays.copyOfRange(mac, 4, 20))
          .as("seed %d", SEED)
          .isEqualTo(Rfc7693.blake2s(16, key, tail));
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldAllowTheOutputToBeAnInput(Blake2s blake2s) {
    byte[] aliased = new byte[32];
    blake2s.hash(aliased, aliased, NO_KEY);
    assertThat(aliased).isEqualTo(Rfc7693.blake2s(32, NO_KEY, new byte[32]));
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldRefuseAnHmacKeyWhenItIsLongerThanABlock(Blake2s blake2s) {
    assertThatThrownBy(() -> blake2s.hmac(new byte[32], new byte[65]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Three outputs each, also published with wireguard-go. */
  @ParameterizedTest
  @CsvSource({
    "test-key,test-input,"
        + "6f0e5ad38daba1bea8a0d213688736f19763239305e0f58aba697f9ffc41c633,"
        + "df1194df20802a4fe594cde27e92991c8cae66c366e8106aaa937a55fa371e8a,"
        + "fac6e2745a325f5dc5d11a5b165aad08b0ada28e7b4e666b7c077934a4d76c24",
    "wireguard,wireguard,"
        + "491d43bbfdaa8750aaf535e334ecbfe5129967cd64635101c566d4caefda96e8,"
        + "1e71a379baefd8a79aa4662212fcafe19a23e2b609a3db7d6bcba8f560e3d25f,"
        + "31e1ae48bddfbe5de38f295e5452b1909a1b4e38e183926af3780b0c1e1f0160",
    "'','',"
        + "8387b46bf43eccfcf349552a095d8315c4055beb90208fb1be23b894bc2ed5d0,"
        + "58a0e5f6faefccf4807bff1f05fa8a9217945762040bcec2f4b4a62bdfe0e86e,"
        + "0ce6ea98ec548f8e281e93e32db65621c45eb18dc6f0a7ad94178610a2f7338e"
  })
  void shouldDeriveThePublishedKeys(String key, String input, String t1, String t2, String t3) {
    engines()
        .forEach(
            blake2s -> {
              byte[][] out = new byte[3][32];
              Hkdf hkdf = new Hkdf(blake2s);
              hkdf.derive(key.getBytes(US_ASCII), input.getBytes(US_ASCII), out[0], out[1], out[2]);
              assertThat(Arrays.stream(out).map(HEX::formatHex)).containsExactly(t1, t2, t3);

              byte[] chained = Arrays.copyOf(key.getBytes(US_ASCII), 32);
              hkdf.derive(chained, input.getBytes(US_ASCII), chained);
              assertThat(HEX.formatHex(chained)).isEqualTo(t1);
            });
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldRefuseAMacKeyWhenItIsEmptyOrLongerThanAHash(Blake2s blake2s) {
    for (int length : new int[] {0, 33}) {
      assertThatThrownBy(() -> blake2s.mac(new byte[length], NO_KEY, 0, 0, new byte[16], 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldRefuseToDeriveWhenThereAreNoOrFourOutputs(Blake2s blake2s) {
    Hkdf hkdf = new Hkdf(blake2s);
    assertThatThrownBy(() -> hkdf.derive(NO_KEY, NO_KEY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> hkdf.derive(NO_KEY, NO_KEY, new byte[4][32]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** RFC 7693, appendix E: a Fibonacci generator. */
  private static byte[] selfTestSequence(int length, int seed) {
    byte[] out = new byte[length];
    int a = 0xDEAD4BAD * seed;
    int b = 1;
    for (int i = 0; i < length; i++) {
      int t = a + b;
      a = b;
      b = t;
      out[i] = (byte) (t >>> 24);
    }
    return out;
  }
}
