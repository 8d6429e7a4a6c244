package io.taltun.daemon.uapi;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.taltun.daemon.gateway.DeviceChangeException;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.dataplane.os.Errno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: operations of lines, each ended by an empty line and answered before the next one
 * is looked at. A set changes the device as a whole, at its empty line; one that ends early changes
 * nothing. What was read and written holds keys and is overwritten after use.
 */
final class UapiHandler extends ChannelInboundHandlerAdapter {
  /** The longest line of the protocol, a keepalive's or an endpoint's, has less than 100 bytes. */
  private static final int MOST_LINE_BYTES = 1024;

  /** Of an answer, in one piece. */
  private static final int CHUNK_BYTES = 32 << 10;

  private static final byte[] GET = "get=1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SET = "set=1".getBytes(StandardCharsets.US_ASCII);

  private static final Logger LOG = LoggerFactory.getLogger("uapi");

  private enum Operation {
    NONE,
    GET,
    SET,
    REFUSED
  }

  private final Gateway gateway;
  private final ToIntFunction<String> interfaceIndex;

  // Written by the event loop.
  private final Deque<ByteBuf> unread = new ArrayDeque<>();
  private final byte[] line = new byte[MOST_LINE_BYTES];
  private int lineLength;
  private Operation operation = Operation.NONE;
  private SetParser set;
  private GetAnswer answer;
  private boolean writing;

  UapiHandler(Gateway gateway, ToIntFunction<String> interfaceIndex) {
    this.gateway = gateway;
    this.interfaceIndex = interfaceIndex;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    unread.add((ByteBuf) message);
    readOn(context);
  }

  /** Up to the end of what has come, or to a get, whose answer has to be written first. */
  private void readOn(ChannelHandlerContext context) {
    while (answer == null && !unread.isEmpty()) {
      ByteBuf bytes = unread.peek();
      readLine(context, bytes);
      if (!bytes.isReadable()) {
        eraseAndRelease(unread.remove());
      }
    }
    context.channel().config().setAutoRead(answer == null);
  }

  /** Takes bytes up to the end of a line, or all when it is not there yet. */
  private void readLine(ChannelHandlerContext context, ByteBuf bytes) {
    int untilEnd = bytes.bytesBefore((byte) '\n');
    int length = untilEnd < 0 ? bytes.readableBytes() : untilEnd;
    if (operation == Operation.REFUSED) {
      bytes.skipBytes(bytes.readableBytes());
      return;
    }
    if (lineLength + length > MOST_LINE_BYTES) {
      refuse(context, Errno.EPROTO);
      return;
    }
    bytes.readBytes(line, lineLength, length);
    lineLength += length;
    if (untilEnd >= 0) {
      bytes.skipBytes(1);
      onLine(context);
      eraseLine();
    }
  }

  private void onLine(ChannelHandlerContext context) {
    if (lineLength == 0) {
      finish(context);
      return;
    }
    switch (operation) {
      case NONE -> begin(context);
      case SET -> set.line(line, 0, lineLength);
      default -> refuse(context, Errno.EINVAL);
    }
  }

  private void begin(ChannelHandlerContext context) {
    if (Arrays.equals(line, 0, lineLength, GET, 0, GET.length)) {
      operation = Operation.GET;
    } else if (Arrays.equals(line, 0, lineLength, SET, 0, SET.length)) {
      operation = Operation.SET;
      set = new SetParser(interfaceIndex);
    } else {
      refuse(context, Errno.EINVAL);
    }
  }

  /** Whoever does not speak the protocol is told so, and not listened to any more. */
  private void refuse(ChannelHandlerContext context, int error) {
    operation = Operation.REFUSED;
    errno(context, error).addListener(ChannelFutureListener.CLOSE);
  }

  private void finish(ChannelHandlerContext context) {
    switch (operation) {
      case GET -> get(context);
      case SET -> set(context);
      // wireguard-go, too, takes empty lines between operations.
      default -> {}
    }
    operation = Operation.NONE;
  }

  private void set(ChannelHandlerContext context) {
    int error = set.errno();
    if (error != 0) {
      LOG.warn("refused a set: {}", set.problem());
    } else {
      error = apply();
    }
    set.close();
    set = null;
    errno(context, error);
  }

  private int apply() {
    try {
      gateway.apply(set.finish());
      return 0;
    } catch (DeviceChangeException e) {
      LOG.warn("a set was not applied: {}", e.getMessage());
      return e.errno();
    } catch (RuntimeException e) {
      LOG.warn("the gateway did not take a set", e);
      return Errno.EIO;
    }
  }

  private void get(ChannelHandlerContext context) {
    try {
      answer = new GetAnswer(gateway);
    } catch (RuntimeException e) {
      LOG.warn("the gateway did not answer a get", e);
      errno(context, Errno.EIO);
      return;
    }
    writeOn(context);
  }

  /** As much of the answer as the client takes now. */
  private void writeOn(ChannelHandlerContext context) {
    writing = true;
    while (answer != null && context.channel().isWritable()) {
      ByteBuf chunk = nextChunk(context);
      // Netty gives up its hold before the listener runs; the second one keeps the memory for it.
      context.writeAndFlush(chunk.retain()).addListener(done -> eraseAndRelease(chunk));
    }
    writing = false;
  }

  private ByteBuf nextChunk(ChannelHandlerContext context) {
    ByteBuf chunk = context.alloc().directBuffer(CHUNK_BYTES, CHUNK_BYTES);
    try {
      if (!answer.write(chunk)) {
        endAnswer();
      }
    } catch (RuntimeException e) {
      eraseAndRelease(chunk);
      throw e;
    }
    return chunk;
  }

  private void endAnswer() {
    if (answer != null) {
      answer.close();
      answer = null;
    }
  }

  /** Comes from within a write, too, whose loop then looks again by itself. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (answer != null && !writing) {
      writeOn(context);
      readOn(context);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    endAnswer();
    if (set != null) {
      set.close();
      set = null;
    }
    eraseLine();
    unread.forEach(UapiHandler::eraseAndRelease);
    unread.clear();
  }

  private void eraseLine() {
    Arrays.fill(line, 0, lineLength, (byte) 0);
    lineLength = 0;
  }

  private static void eraseAndRelease(ByteBuf bytes) {
    bytes.setZero(0, bytes.writerIndex());
    bytes.release();
  }

  /** {@code wg} takes it negated. */
  private static ChannelFuture errno(ChannelHandlerContext context, int value) {
    String text = "errno=" + (value == 0 ? "0" : "-" + value) + "\n\n";
    return context.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.warn("a UAPI connection broke", cause);
    }
    context.close();
  }
}
