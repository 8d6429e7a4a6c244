package io.taltun.daemon.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A folder whose machine loses power after a number of operations. What was not synced may be on
 * the disk, in part, or not at all; a name that was not synced may be the old one or the new one.
 */
final class CrashingDisk implements JournalFiles {
  /** The power goes. */
  static final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static final class Content {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int durable;

    void write(byte[] more, int length) {
      bytes.write(more, 0, length);
    }
  }

  private final RandomGenerator random;
  private int operationsLeft;

  /** Operations that fail with an IOException, counted from 1; 0 for none. */
  int failsAt;

  private int operations;
  private Content durableName;
  private Content current;
  private Content next;

  CrashingDisk(RandomGenerator random, int operationsLeft) {
    this.random = random;
    this.operationsLeft = operationsLeft;
  }

  int operations() {
    return operations;
  }

  /** The same disk after the power came back. */
  CrashingDisk reborn(int operations) {
    CrashingDisk disk = new CrashingDisk(random, operations);
    Content seen = random.nextBoolean() ? durableName : current;
    if (seen != null) {
      byte[] bytes = seen.bytes.toByteArray();
      int kept = random.nextInt(seen.durable, bytes.length + 1);
      disk.current = new Content();
      disk.current.write(bytes, kept);
      disk.current.durable = kept;
      disk.durableName = disk.current;
    }
    return disk;
  }

  /** Whether the operation is done in full; half of one is done before the power goes. */
  private boolean step() throws IOException {
    operations++;
    if (--operationsLeft < 0) {
      return false;
    }
    if (operations == failsAt) {
      throw new IOException("No space left on device");
    }
    return true;
  }

  private void write(Content to, byte[] bytes) throws IOException {
    boolean whole;
    try {
      whole = step();
    } catch (IOException full) {
      to.write(bytes, random.nextInt(bytes.length));
      throw full;
    }
    to.write(bytes, whole ? bytes.length : random.nextInt(bytes.length + 1));
    if (!whole) {
      throw new PowerCut();
    }
  }

  @Override
  public String name() {
    return "disk.state";
  }

  @Override
  public byte[] read() {
    return current == null ? null : current.bytes.toByteArray();
  }

  @Override
  public void setAside() {
    current = null;
    durableName = null;
  }

  @Override
  public void append(byte[] bytes) throws IOException {
    write(current, bytes);
  }

  @Override
  public void sync() throws IOException {
    sync(current);
  }

  private void sync(Content content) throws IOException {
    if (!step()) {
      throw new PowerCut();
    }
    content.durable = content.bytes.size();
  }

  @Override
  public void writeNew(byte[] bytes) throws IOException {
    next = new Content();
    write(next, bytes);
  }

  @Override
  public void syncNew() throws IOException {
    sync(next);
  }

  @Override
  public void replace() throws IOException {
    if (!step()) {
      throw new PowerCut();
    }
    current = next;
    next = null;
  }

  @Override
  public void syncFolder() throws IOException {
    if (!step()) {
      throw new PowerCut();
    }
    durableName = current;
  }

  @Override
  public void close() {}

  /** What is there, with one byte flipped. */
  static byte[] flipped(byte[] bytes, int at) {
    byte[] copy = Arrays.copyOf(bytes, bytes.length);
    copy[at] ^= (byte) 0x40;
    return copy;
  }
}
