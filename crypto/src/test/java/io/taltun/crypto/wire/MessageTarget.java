package io.taltun.crypto.wire;

import io.taltun.fuzz.FuzzTarget;
import io.taltun.fuzz.Input;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** The four messages: what is one, and what its fields say, against the whitepaper's offsets. */
public final class MessageTarget implements FuzzTarget {
  /** A claim about the length, two bytes, and the message. */
  @Override
  public void accept(byte[] bytes) {
    Input input = new Input(bytes);
    int claim = (short) input.next16();
    byte[] message = input.rest();
    check(message, message.length);
    check(message, claim);
  }

  private static void check(byte[] message, int length) {
    int type = MessageType.of(message, length);
    boolean readable = length >= 4 && length <= message.length;
    boolean known =
        readable
            && message[1] == 0
            && message[2] == 0
            && message[3] == 0
            && switch (message[0]) {
              case 1 -> length == 148;
              case 2 -> length == 92;
              case 3 -> length == 64;
              case 4 -> length >= 32;
              default -> false;
            };
    same("type", known ? message[0] : MessageType.INVALID, type);
    if (!known) {
      return;
    }
    same("type of the word", type, MessageType.of(word(message, 0), length));
    byte[] written = message.clone();
    Arrays.fill(written, 0, type == 4 ? 16 : type == 2 ? 12 : 8, (byte) 0x55);
    switch (type) {
      case MessageType.INITIATION -> {
        same("sender", word(message, 4), Initiation.senderIndex(message));
        Initiation.putHeader(written, Initiation.senderIndex(message));
      }
      case MessageType.RESPONSE -> {
        same("sender", word(message, 4), Response.senderIndex(message));
        same("receiver", word(message, 8), Response.receiverIndex(message));
        Response.putHeader(written, Response.senderIndex(message), Response.receiverIndex(message));
      }
      case MessageType.COOKIE_REPLY -> {
        same("receiver", word(message, 4), CookieReply.receiverIndex(message));
        CookieReply.putHeader(written, CookieReply.receiverIndex(message));
      }
      default -> {
        same("receiver", word(message, 4), TransportData.receiverIndex(message));
        long counter = word(message, 8) & 0xffff_ffffL | (long) word(message, 12) << 32;
        same("counter", counter, TransportData.counter(message));
        TransportData.putHeader(written, TransportData.receiverIndex(message), counter);
      }
    }
    if (!Arrays.equals(message, written)) {
      throw new AssertionError("written otherwise than read");
    }
  }

  private static int word(byte[] message, int at) {
    return message[at] & 0xff
        | (message[at + 1] & 0xff) << 8
        | (message[at + 2] & 0xff) << 16
        | message[at + 3] << 24;
  }

  private static void same(String what, long expected, long actual) {
    if (expected != actual) {
      throw new AssertionError(what + " " + actual + ", not " + expected);
    }
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(seed(1, 148), seed(2, 92), seed(3, 64), seed(4, 32), seed(4, 128));
  }

  private static byte[] seed(int type, int length) {
    ByteBuffer seed = ByteBuffer.allocate(2 + length).putShort((short) length);
    seed.order(ByteOrder.LITTLE_ENDIAN).putInt(type).putInt(0x04030201).putInt(0x08070605);
    return seed.array();
  }

  @Override
  public int maxLength() {
    return 256;
  }
}
