package io.taltun.daemon.metrics;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * One answer to {@code GET /metrics}, written as the reader takes it: with thousands of peers it is
 * megabytes, of which {@value #CHUNK} bytes at a time are in memory. Event loop only.
 */
final class Scrape implements ChunkedInput<ByteBuf> {
  private static final int CHUNK = 64 << 10;

  /** The longest that a {@link Section} writes in one piece, roughly; the buffer grows at need. */
  private static final int PIECE = 48 << 10;

  private final Deque<Section> sections;
  private final TextWriter writer = new TextWriter();
  private long written;

  Scrape(List<Section> sections) {
    this.sections = new ArrayDeque<>(sections);
  }

  @Override
  public boolean isEndOfInput() {
    return sections.isEmpty();
  }

  @Override
  public ByteBuf readChunk(ByteBufAllocator allocator) {
    ByteBuf chunk = allocator.ioBuffer(CHUNK + PIECE);
    boolean done = false;
    try {
      writer.into(chunk);
      while (!sections.isEmpty() && writer.written() < CHUNK) {
        if (!sections.peek().write(writer)) {
          sections.remove();
        }
      }
      written += chunk.readableBytes();
      done = true;
      return chunk;
    } finally {
      if (!done) {
        chunk.release();
      }
    }
  }

  @Override
  @Deprecated
  public ByteBuf readChunk(ChannelHandlerContext context) {
    return readChunk(context.alloc());
  }

  /** Not known before the end. */
  @Override
  public long length() {
    return -1;
  }

  @Override
  public long progress() {
    return written;
  }

  @Override
  public void close() {
    sections.clear();
  }
}
