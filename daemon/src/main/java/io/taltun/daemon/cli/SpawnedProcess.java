package io.taltun.daemon.cli;

import io.taltun.dataplane.os.Errno;
import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * A program that this process starts by posix_spawn(3). The JVM's own way goes through its
 * lib/jspawnhelper, which refuses to work for a JVM of another version; an upgrade of the package
 * puts just such a one into its place while the gateway runs. (The way without it, fork, copies the
 * tables of all our memory and write-protects it: 4 ms in which the packet path faults.)
 *
 * <p>The program has our standard streams and no other descriptor of ours.
 */
final class SpawnedProcess {
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private static final MethodHandle POSIX_SPAWN =
      bind(
          "posix_spawn",
          FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER));
  private static final MethodHandle WAITPID =
      bind("waitpid", FunctionDescriptor.of(INT, INT, POINTER, INT));

  /** Null before glibc 2.34. */
  private static final MethodHandle CLOSE_RANGE =
      bind("close_range", FunctionDescriptor.of(INT, INT, INT, INT));

  private static final int FIRST_OF_OURS = 3;
  private static final int LAST = -1;
  private static final int CLOSE_RANGE_CLOEXEC = 4;
  private static final int SIGNALLED = 0x7f;

  private final int pid;

  // Written by the waiting thread.
  private volatile boolean ended;

  private SpawnedProcess(int pid) {
    this.pid = pid;
  }

  private static MethodHandle bind(String function, FunctionDescriptor shape) {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find(function)
        .map(address -> linker.downcallHandle(address, shape))
        .orElse(null);
  }

  /**
   * Returns as soon as it runs.
   *
   * @param command its file's absolute path, and its arguments
   * @param whenEnded gets its exit code, as a shell counts: 128 and the signal that ended it
   */
  static SpawnedProcess start(
      List<String> command, Map<String, String> environment, IntConsumer whenEnded)
      throws IOException {
    int pid = spawn(command, environment);
    SpawnedProcess process = new SpawnedProcess(pid);
    Thread.ofPlatform().daemon().name("taltun-successor").start(() -> process.await(whenEnded));
    return process;
  }

  private static int spawn(List<String> command, Map<String, String> environment)
      throws IOException {
    List<String> variables =
        environment.entrySet().stream().map(it -> it.getKey() + "=" + it.getValue()).toList();
    try (Arena arena = Arena.ofConfined()) {
      if (CLOSE_RANGE != null) {
        // Ours are all close-on-exec; not all of the JVM's are. Fails before Linux 5.11: it does no
        // harm.
        int _ = (int) CLOSE_RANGE.invokeExact(FIRST_OF_OURS, LAST, CLOSE_RANGE_CLOEXEC);
      }
      MemorySegment pid = arena.allocate(INT);
      int errno =
          (int)
              POSIX_SPAWN.invokeExact(
                  pid,
                  arena.allocateFrom(command.getFirst()),
                  MemorySegment.NULL,
                  MemorySegment.NULL,
                  strings(arena, command),
                  strings(arena, variables));
      if (errno != 0) {
        throw new IOException("cannot start " + command.getFirst() + ": " + Errno.text(errno));
      }
      return pid.get(INT, 0);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native call threw", e);
    }
  }

  /** An array of pointers to them, with a null pointer at its end. */
  private static MemorySegment strings(Arena arena, List<String> words) {
    MemorySegment array = arena.allocate(POINTER, words.size() + 1L);
    for (int i = 0; i < words.size(); i++) {
      array.setAtIndex(POINTER, i, arena.allocateFrom(words.get(i)));
    }
    return array;
  }

  private void await(IntConsumer whenEnded) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(INT);
      int waited = (int) WAITPID.invokeExact(pid, status, 0);
      ended = true;
      if (waited == pid) {
        whenEnded.accept(exitCode(status.get(INT, 0)));
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native call threw", e);
    }
  }

  /** Of a wait status, wait(2). */
  private static int exitCode(int status) {
    int signal = status & SIGNALLED;
    return signal == 0 ? status >>> 8 & 0xff : 128 + signal;
  }

  int pid() {
    return pid;
  }

  boolean isAlive() {
    return !ended;
  }
}
