package io.taltun.daemon.uapi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.taltun.daemon.gateway.DeviceChange;
import io.taltun.daemon.gateway.FakeGateway;
import io.taltun.fuzz.FuzzTarget;
import io.taltun.fuzz.Input;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * A UAPI connection in pieces of any size: whole answers, at most one for each operation, no change
 * but by a set that was ended, nothing thrown and nothing left of what came.
 */
public final class UapiStreamTarget implements FuzzTarget {
  private static final String KEY = "0123456789abcdef".repeat(4);

  /** Held, as its level is forgotten with it: each refused set would be a line. */
  private final Logger log = Logger.getLogger("uapi");

  private final FakeGateway gateway = new FakeGateway("tal0");

  public UapiStreamTarget() {
    log.setLevel(Level.OFF);
  }

  /** The size of the pieces, and the bytes. */
  @Override
  public void accept(byte[] bytes) {
    Input input = new Input(bytes);
    int piece = 1 + input.next();
    byte[] sent = input.rest();
    gateway.changes.clear();
    StringBuilder answers = new StringBuilder();
    EmbeddedChannel channel =
        new EmbeddedChannel(new Recorder(answers), new UapiHandler(gateway, name -> 0));
    for (int from = 0; from < sent.length && channel.isOpen(); from += piece) {
      ByteBuf part = Unpooled.copiedBuffer(sent, from, Math.min(piece, sent.length - from));
      channel.writeInbound(part);
      require(part.refCnt() == 0, "what was read is kept");
    }
    channel.finishAndReleaseAll();
    check(new String(sent, ISO_8859_1), answers.toString());
    gateway.changes.forEach(UapiStreamTarget::close);
  }

  private void check(String sent, String answers) {
    require(answers.isEmpty() || answers.endsWith("\n\n"), "half an answer: " + answers);
    int operations = count(sent, "\n\n") + 1;
    require(count(answers, "errno=") <= operations + 1, "answers: " + answers);
    require(count(answers, "errno=") == count(answers, "\n\n"), "answers: " + answers);
    int sets = count("\n" + sent, "\nset=1\n");
    require(gateway.changes.size() <= sets, gateway.changes.size() + " changes by " + sets);
    require(gateway.changes.size() <= count(answers, "errno=0\n"), "a change was not answered");
  }

  /** Reads answers on their way: they are erased once they were written. */
  private static final class Recorder extends ChannelOutboundHandlerAdapter {
    private final StringBuilder answers;

    Recorder(StringBuilder answers) {
      this.answers = answers;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      answers.append(((ByteBuf) message).toString(US_ASCII));
      context.write(message, promise);
    }
  }

  private static int count(String text, String part) {
    int count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
      count++;
    }
    return count;
  }

  private static void close(DeviceChange change) {
    if (change.privateKey() != null) {
      change.privateKey().close();
    }
  }

  private static void require(boolean so, String what) {
    if (!so) {
      throw new AssertionError(what);
    }
  }

  @Override
  public List<byte[]> seeds() {
    return Stream.of(
            "\u0003get=1\n\n",
            "\u00ffset=1\nlisten_port=1\n\nget=1\n\n",
            "\u0010set=1\npublic_key=" + KEY + "\nallowed_ip=10.0.0.0/8\n\nset=1\nfwmark=x\n\n",
            "\u0020\n\nset=1\nprivate_key=" + KEY + "\n",
            "\u0000set=1\n\n\n\nget=1\nx=y\n\n",
            "\u0040hello\n")
        .map(it -> it.getBytes(ISO_8859_1))
        .toList();
  }

  @Override
  public List<byte[]> words() {
    return Stream.of("get=1\n\n", "set=1\n", "listen_port=", "\n\n", "errno=0", "public_key=" + KEY)
        .map(it -> it.getBytes(ISO_8859_1))
        .toList();
  }

  @Override
  public int maxLength() {
    return 1_400;
  }

  @Override
  public int inputsInTests() {
    return 15_000;
  }
}
