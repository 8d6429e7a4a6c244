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

  /** Room for a chunk and what a {@link Section} writes behind it, roughly. */
  static final int ROOM = 2 * CHUNK;

  private final Deque<Section> sections;
  private final TextWriter writer;
  private long written;

  /**
   * @param writer empty; lent for each chunk, so that all scrapes of an event loop may share it
   */
  Scrape(List<Section> sections, TextWriter writer) {
    this.writer = writer;
    this.sections = new ArrayDeque<>(sections);
  }

  @Override
  public boolean isEndOfInput() {
    return sections.isEmpty();
  }

  @Override
  public ByteBuf readChunk(ByteBufAllocator allocator) {
    fill();
    ByteBuf chunk = allocator.ioBuffer(writer.length());
    written += writer.length();
    writer.moveTo(chunk);
    return chunk;
  }

  private void fill() {
    // What another scrape left that broke is not ours.
    writer.clear();
    while (!sections.isEmpty() && writer.length() < CHUNK) {
      if (!sections.peek().write(writer)) {
        sections.remove();
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
