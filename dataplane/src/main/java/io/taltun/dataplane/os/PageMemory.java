package io.taltun.dataplane.os;

/**
 * A large block of native memory, page-aligned and zero, whose pages become resident when they are
 * first touched: by the worker that owns the block, and so on its own NUMA node. {@code Arena}
 * would zero, and so touch, every page at once from the thread that makes it.
 */
public final class PageMemory implements AutoCloseable {
  private static final long PAGE = 4096;

  private final long block;
  private final long address;

  /**
   * @throws OutOfMemoryError when the C library has no such block
   */
  public PageMemory(long bytes) {
    block = Syscall.allocate(bytes + PAGE);
    if (block == 0) {
      throw new OutOfMemoryError("no " + bytes + " bytes for packets");
    }
    address = (block + PAGE - 1) & -PAGE;
  }

  /** The first byte. */
  public long address() {
    return address;
  }

  /** Nobody may touch it any more. */
  @Override
  public void close() {
    Syscall.free(block);
  }
}
