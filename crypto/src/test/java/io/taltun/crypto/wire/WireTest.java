package io.taltun.crypto.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WireTest {
  /** The sums of the fields against the totals that everybody knows. */
  @Test
  void shouldHaveTheSizesOfTheWhitepaper() {
    assertThat(Initiation.LENGTH).isEqualTo(148);
    assertThat(Initiation.MAC1).isEqualTo(116).isEqualTo(Macs.mac1Offset(148));
    assertThat(Initiation.MAC2).isEqualTo(132).isEqualTo(Macs.mac2Offset(148));
    assertThat(Response.LENGTH).isEqualTo(92);
    assertThat(Response.MAC1).isEqualTo(60).isEqualTo(Macs.mac1Offset(92));
    assertThat(Response.MAC2).isEqualTo(76).isEqualTo(Macs.mac2Offset(92));
    assertThat(CookieReply.LENGTH).isEqualTo(64);
    assertThat(TransportData.HEADER_LENGTH).isEqualTo(16);
    assertThat(TransportData.OVERHEAD).isEqualTo(32);
  }

  @Test
  void shouldWriteHeadersLittleEndian() {
    byte[] initiation = new byte[8];
    Initiation.putHeader(initiation, 0x04030201);
    assertThat(initiation).containsExactly(1, 0, 0, 0, 1, 2, 3, 4);
    assertThat(Initiation.senderIndex(initiation)).isEqualTo(0x04030201);

    byte[] response = new byte[12];
    Response.putHeader(response, 0x04030201, 0x08070605);
    assertThat(response).containsExactly(2, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(Response.senderIndex(response)).isEqualTo(0x04030201);
    assertThat(Response.receiverIndex(response)).isEqualTo(0x08070605);

    byte[] reply = new byte[8];
    CookieReply.putHeader(reply, 0x04030201);
    assertThat(reply).containsExactly(3, 0, 0, 0, 1, 2, 3, 4);
    assertThat(CookieReply.receiverIndex(reply)).isEqualTo(0x04030201);

    byte[] data = new byte[16];
    TransportData.putHeader(data, 0x04030201, 0x0807060504030201L);
    assertThat(data).containsExactly(4, 0, 0, 0, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(TransportData.receiverIndex(data)).isEqualTo(0x04030201);
    assertThat(TransportData.counter(data)).isEqualTo(0x0807060504030201L);
  }

  /** Trap 6. */
  @Test
  void shouldKnowAMessageOnlyByTypeAndLengthTogether() {
    for (int type = 0; type < 256; type++) {
      for (int length = 0; length < 300; length++) {
        byte[] message = new byte[length];
        if (length > 0) {
          message[0] = (byte) type;
        }
        boolean fits =
            type == 1 && length == 148
                || type == 2 && length == 92
                || type == 3 && length == 64
                || type == 4 && length >= 32;
        assertThat(MessageType.of(message, length)).isEqualTo(fits ? type : MessageType.INVALID);
      }
    }
    assertThat(MessageType.of(new byte[8], 9)).isEqualTo(MessageType.INVALID);
    assertThat(MessageType.of(new byte[8], -1)).isEqualTo(MessageType.INVALID);
  }

  @Test
  void shouldNotKnowAMessageWhenAReservedByteIsSet() {
    for (int i = 1; i < 4; i++) {
      byte[] message = new byte[Initiation.LENGTH];
      message[0] = MessageType.INITIATION;
      message[i] = 1;
      assertThat(MessageType.of(message, message.length)).isEqualTo(MessageType.INVALID);
    }
  }
}
