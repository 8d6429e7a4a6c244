package io.taltun.daemon.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.BufferOverflowException;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bytes are written out by hand from netlink(7) and rtnetlink(7). */
class NetlinkMessageTest {
  @BeforeAll
  static void theBytesAreThoseOfLittleEndianMachines() {
    assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
  }

  private static String hex(NetlinkMessage message) {
    return HexFormat.of().formatHex(message.toBytes(0x01020304));
  }

  @Test
  void shouldWriteARouteWhenItHasAHeaderAndAttributes() {
    NetlinkMessage message =
        new NetlinkMessage(
                Rtnetlink.RTM_NEWROUTE,
                Rtnetlink.NLM_F_ACK | Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL)
            .routeHeader(
                Rtnetlink.AF_INET,
                8,
                Rtnetlink.RTPROT_STATIC,
                Rtnetlink.RT_SCOPE_LINK,
                Rtnetlink.RTN_UNICAST)
            .attribute(Rtnetlink.RTA_DST, new byte[] {10, 0, 0, 0})
            .attribute(Rtnetlink.RTA_OIF, 7)
            .attribute(Rtnetlink.RTA_TABLE, 51_820);

    assertThat(hex(message))
        .isEqualTo(
            "34000000"
                + "1800"
                + "0506"
                + "04030201"
                + "00000000"
                + "02080000"
                + "0004fd01"
                + "00000000"
                + "08000100"
                + "0a000000"
                + "08000400"
                + "07000000"
                + "08000f00"
                + "6cca0000");
  }

  @Test
  void shouldPadAttributesWhenTheirLengthIsNoMultipleOfFour() {
    NetlinkMessage message =
        new NetlinkMessage(Rtnetlink.RTM_GETLINK, 0)
            .linkHeader(0, 0, 0)
            .attribute(Rtnetlink.IFLA_IFNAME, "tal0")
            .attribute(Rtnetlink.FRA_PROTOCOL, (byte) 51);

    assertThat(hex(message))
        .isEqualTo(
            "34000000"
                + "1200"
                + "0100"
                + "04030201"
                + "00000000"
                + "00000000"
                + "00000000"
                + "00000000"
                + "00000000"
                + "09000300"
                + "74616c3000000000"
                + "05001500"
                + "33000000");
  }

  @Test
  void shouldCountWhatIsInsideWhenAttributesNest() {
    NetlinkMessage message =
        new NetlinkMessage(Rtnetlink.RTM_NEWLINK, Rtnetlink.NLM_F_ACK).linkHeader(7, 1, 1);
    int outer = message.begin(Rtnetlink.IFLA_AF_SPEC);
    int inner = message.begin(Rtnetlink.AF_INET6);
    message.attribute(Rtnetlink.IFLA_INET6_ADDR_GEN_MODE, (byte) 1).end(inner).end(outer);

    assertThat(hex(message))
        .isEqualTo(
            "30000000"
                + "1000"
                + "0500"
                + "04030201"
                + "00000000"
                + "00000000"
                + "07000000"
                + "01000000"
                + "01000000"
                + "10001a00"
                + "0c000a00"
                + "05000800"
                + "01000000");
  }

  @Test
  void shouldWriteTheOtherHeadersWhenTheyAreAskedFor() {
    assertThat(
            hex(
                new NetlinkMessage(Rtnetlink.RTM_NEWADDR, Rtnetlink.NLM_F_ACK)
                    .addressHeader(Rtnetlink.AF_INET6, 64, Rtnetlink.IFA_F_NODAD, 7)))
        .isEqualTo(
            "18000000" + "1400" + "0500" + "04030201" + "00000000" + "0a400200" + "07000000");
    assertThat(
            hex(
                new NetlinkMessage(Rtnetlink.RTM_GETRULE, Rtnetlink.NLM_F_DUMP)
                    .ruleHeader(Rtnetlink.AF_INET, 1, Rtnetlink.FIB_RULE_INVERT)))
        .isEqualTo(
            "1c000000"
                + "2200"
                + "0103"
                + "04030201"
                + "00000000"
                + "02000000"
                + "00000001"
                + "02000000");
  }

  @Test
  void shouldThrowWhenARequestOutgrowsItsBuffer() {
    NetlinkMessage message = new NetlinkMessage(Rtnetlink.RTM_NEWLINK, 0);
    assertThatThrownBy(() -> message.attribute(1, new byte[NetlinkMessage.CAPACITY]))
        .isInstanceOf(BufferOverflowException.class);
  }
}
