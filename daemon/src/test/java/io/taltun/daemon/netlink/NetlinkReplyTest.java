package io.taltun.daemon.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.dataplane.os.Errno;
import java.net.Inet6Address;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bytes are written out by hand from netlink(7) and rtnetlink(7). */
class NetlinkReplyTest {
  @BeforeAll
  static void theBytesAreThoseOfLittleEndianMachines() {
    assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
  }

  private static List<NetlinkReply> parse(String hex) {
    return NetlinkReply.parse(HexFormat.of().parseHex(hex));
  }

  @Test
  void shouldReadEveryMessageWhenADatagramHasSeveral() {
    List<NetlinkReply> replies =
        parse(
            "24000000"
                + "1800"
                + "0200"
                + "05000000"
                + "00000000"
                + "02080000"
                + "fe04fd01"
                + "00000000"
                + "08000100"
                + "0a000000"
                + "14000000"
                + "0300"
                + "1200"
                + "05000000"
                + "00000000"
                + "00000000");

    assertThat(replies).hasSize(2);
    NetlinkReply route = replies.getFirst();
    assertThat(route.type()).isEqualTo(Rtnetlink.RTM_NEWROUTE);
    assertThat(route.sequence()).isEqualTo(5);
    assertThat(route.headerByte(1)).isEqualTo(8);
    assertThat(route.headerByte(4)).isEqualTo(254);
    assertThat(route.attributes(12).address(Rtnetlink.RTA_DST).getHostAddress())
        .isEqualTo("10.0.0.0");
    assertThat(replies.getLast().type()).isEqualTo(Rtnetlink.NLMSG_DONE);
    assertThat(replies.getLast().has(Rtnetlink.NLM_F_DUMP_INTR)).isTrue();
  }

  @Test
  void shouldReadTheKernelsWordsWhenAnErrorIsCapped() {
    NetlinkReply reply =
        parse(
                "2c000000"
                    + "0200"
                    + "0003"
                    + "05000000"
                    + "00000000"
                    + "efffffff"
                    + "34000000"
                    + "1800"
                    + "0506"
                    + "05000000"
                    + "00000000"
                    + "07000100"
                    + "6e6f0000")
            .getFirst();

    assertThat(reply.errno()).isEqualTo(Errno.EEXIST);
    assertThat(reply.explanation()).isEqualTo("no");
  }

  @Test
  void shouldSkipTheRequestWhenAnErrorRepeatsIt() {
    NetlinkReply reply =
        parse(
                "30000000"
                    + "0200"
                    + "0002"
                    + "05000000"
                    + "00000000"
                    + "efffffff"
                    + "14000000"
                    + "1800"
                    + "0506"
                    + "05000000"
                    + "00000000"
                    + "ffffffff"
                    + "07000100"
                    + "6e6f0000")
            .getFirst();

    assertThat(reply.explanation()).isEqualTo("no");
  }

  @Test
  void shouldKeepAMappedAddressIpv6WhenItReadsOne() {
    NetlinkReply reply =
        parse(
                "24000000"
                    + "1800"
                    + "0200"
                    + "05000000"
                    + "00000000"
                    + "14000100"
                    + "00000000000000000000ffff0a000001")
            .getFirst();

    assertThat(reply.attributes(0).address(1)).isInstanceOf(Inet6Address.class);
  }

  @Test
  void shouldNeverThrowWhenBytesAreCutOrRandom() {
    byte[] whole =
        HexFormat.of()
            .parseHex(
                "2c000000"
                    + "0200"
                    + "0003"
                    + "05000000"
                    + "00000000"
                    + "efffffff"
                    + "34000000"
                    + "1800"
                    + "0506"
                    + "05000000"
                    + "00000000"
                    + "07000100"
                    + "6e6f0000");
    for (int length = 0; length < whole.length; length++) {
      touch(Arrays.copyOf(whole, length));
    }
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = whole.clone();
      for (int changes = random.nextInt(6); changes >= 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      touch(bytes);
    }
  }

  private static void touch(byte[] datagram) {
    for (NetlinkReply reply : NetlinkReply.parse(datagram)) {
      reply.errno();
      reply.explanation();
      Attributes attributes = reply.attributes(12);
      for (int type = 0; type < 30; type++) {
        attributes.integer(type, 0);
        attributes.unsignedByte(type, 0);
        attributes.text(type);
        attributes.address(type);
        attributes.nested(type).integer(1, 0);
      }
    }
  }
}
