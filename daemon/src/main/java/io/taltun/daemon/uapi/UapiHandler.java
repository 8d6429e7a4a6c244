package io.taltun.daemon.uapi;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection: operations of lines, each ended by an empty line. */
final class UapiHandler extends SimpleChannelInboundHandler<String> {
  // linux/errno; wg takes errno negated, as wireguard-go sends it.
  private static final int EIO = -5;
  private static final int EINVAL = -22;
  private static final int EPROTO = -71;
  private static final int EOPNOTSUPP = -95;

  /** A set of ten thousand peers with a few prefixes each is about 4 MiB. */
  private static final int MOST_OPERATION_CHARS = 32 << 20;

  private static final Logger LOG = LoggerFactory.getLogger("uapi");

  private enum Operation {
    NONE,
    GET,
    SET,
    REFUSED
  }

  private final GetOperation getOperation;

  // Written by the event loop.
  private Operation operation = Operation.NONE;
  private int operationChars;

  UapiHandler(GetOperation getOperation) {
    this.getOperation = getOperation;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, String line) {
    if (operation == Operation.REFUSED) {
      return;
    }
    operationChars += line.length() + 1;
    if (operationChars > MOST_OPERATION_CHARS) {
      fail(context, EPROTO);
      return;
    }
    if (line.isEmpty()) {
      finish(context);
      return;
    }
    if (operation == Operation.NONE) {
      switch (line) {
        case "get=1" -> operation = Operation.GET;
        case "set=1" -> operation = Operation.SET;
        default -> fail(context, EINVAL);
      }
    } else if (operation == Operation.GET) {
      fail(context, EINVAL);
    }
  }

  /** The rest of what arrived is not read any more. */
  private void fail(ChannelHandlerContext context, int error) {
    operation = Operation.REFUSED;
    context.writeAndFlush(errno(error)).addListener(ChannelFutureListener.CLOSE);
  }

  private void finish(ChannelHandlerContext context) {
    switch (operation) {
      case GET -> get(context);
      case SET -> context.writeAndFlush(errno(EOPNOTSUPP));
      case NONE -> {
        // wireguard-go, too, takes empty lines between operations.
      }
      default -> throw new IllegalStateException(operation.name());
    }
    operation = Operation.NONE;
    operationChars = 0;
  }

  private void get(ChannelHandlerContext context) {
    byte[] answer;
    try {
      answer = getOperation.answer();
    } catch (RuntimeException e) {
      LOG.warn("the gateway did not answer a get", e);
      context.writeAndFlush(errno(EIO));
      return;
    }
    ByteBuf copy = context.alloc().buffer(answer.length).writeBytes(answer);
    Arrays.fill(answer, (byte) 0);
    context.writeAndFlush(copy);
  }

  private static ByteBuf errno(int value) {
    return Unpooled.copiedBuffer("errno=" + value + "\n\n", StandardCharsets.US_ASCII);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof TooLongFrameException) {
      fail(context, EPROTO);
      return;
    }
    if (!(cause instanceof IOException)) {
      LOG.warn("a UAPI connection broke", cause);
    }
    context.close();
  }
}
