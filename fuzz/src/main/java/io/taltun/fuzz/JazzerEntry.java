package io.taltun.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What Jazzer calls. The target is named by the system property {@code taltun.fuzz.target}. Each
 * input is first copied to a mapped file, {@code taltun.fuzz.current}: it outlives a JVM that falls
 * over native memory.
 */
public final class JazzerEntry {
  private static FuzzTarget target;
  private static MappedByteBuffer current;

  private JazzerEntry() {}

  /** Before the first input. */
  public static void fuzzerInitialize() {
    target = Fuzzing.target(System.getProperty("taltun.fuzz.target"));
    try (FileChannel file =
        FileChannel.open(
            Path.of(System.getProperty("taltun.fuzz.current")),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      current = file.map(FileChannel.MapMode.READ_WRITE, 0, Integer.BYTES + target.maxLength());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    int kept = Math.min(input.length, current.capacity() - Integer.BYTES);
    current.putInt(0, kept).put(Integer.BYTES, input, 0, kept);
    Fuzzing.accept(target, input, "Jazzer");
  }
}
