package io.taltun.daemon.cli;

import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts a program beside this process, as a child of process 1 and not of ours: systemd supervises
 * only its own children well.
 *
 * <p>By posix_spawn(3), since the JVM's own way goes through its lib/jspawnhelper, which refuses to
 * work for a JVM of another version; an upgrade of the package puts just such a one into its place
 * while the gateway runs. (The JVM's way without it, fork, write-protects all of our memory: 4 ms
 * in which the packet path faults.)
 */
final class SpawnedProcess {
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private static final MethodHandle POSIX_SPAWN =
      bind(
          "posix_spawn",
          FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER));
  private static final MethodHandle INIT_FILE_ACTIONS =
      bind("posix_spawn_file_actions_init", FunctionDescriptor.of(INT, POINTER));
  private static final MethodHandle ADD_DUP =
      bind("posix_spawn_file_actions_adddup2", FunctionDescriptor.of(INT, POINTER, INT, INT));
  private static final MethodHandle DESTROY_FILE_ACTIONS =
      bind("posix_spawn_file_actions_destroy", FunctionDescriptor.of(INT, POINTER));
  private static final MethodHandle WAITPID =
      bind("waitpid", FunctionDescriptor.of(INT, INT, POINTER, INT));

  /** Null before glibc 2.34. */
  private static final MethodHandle CLOSE_RANGE =
      bind("close_range", FunctionDescriptor.of(INT, INT, INT, INT));

  /** {@code posix_spawn_file_actions_t} has 80 bytes in glibc and musl. */
  private static final int FILE_ACTIONS_BYTES = 256;

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final int LAST_DESCRIPTOR = -1;
  private static final int CLOSE_RANGE_CLOEXEC = 4;

  /** Where the shell tells the number of what it started; the first after the standard streams. */
  private static final int TOLD_AT = 3;

  /** What a shell starts in the background ignores these signals, unless told otherwise. */
  private static final List<String> IN_THE_BACKGROUND =
      List.of(
          "/bin/sh",
          "-c",
          "env --default-signal=INT,QUIT \"$@\" %1$d>&- & echo $! >&%1$d".formatted(TOLD_AT),
          "sh");

  private SpawnedProcess() {}

  private static MethodHandle bind(String function, FunctionDescriptor shape) {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find(function)
        .map(address -> linker.downcallHandle(address, shape))
        .orElse(null);
  }

  /**
   * Returns as soon as the program has been started; it has our standard streams and no other
   * descriptor of ours.
   *
   * @return its process's id
   */
  static long start(List<String> command, Map<String, String> environment) throws IOException {
    List<String> words = new ArrayList<>(IN_THE_BACKGROUND);
    words.addAll(command);
    List<String> variables =
        environment.entrySet().stream().map(it -> it.getKey() + "=" + it.getValue()).toList();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(INT, 2);
      check(Syscall.socketpair(AF_UNIX, SOCK_STREAM_CLOEXEC, 0, ends.address()), "socketpair");
      int ours = ends.getAtIndex(INT, 0);
      try {
        MemorySegment pid = arena.allocate(INT);
        try {
          check(-spawn(arena, pid, ends.getAtIndex(INT, 1), words, variables), words.getFirst());
        } finally {
          Syscall.close(ends.getAtIndex(INT, 1));
        }
        String told = readAll(arena, ours);
        int _ = (int) WAITPID.invokeExact(pid.get(INT, 0), MemorySegment.NULL, 0);
        return Long.parseLong(told.strip());
      } finally {
        Syscall.close(ours);
      }
    } catch (NumberFormatException e) {
      throw new IOException("the shell does not say which process it started", e);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native call threw", e);
    }
  }

  /** 0, or an errno. */
  private static int spawn(
      Arena arena, MemorySegment pid, int teller, List<String> words, List<String> variables)
      throws Throwable {
    if (CLOSE_RANGE != null) {
      // Ours are all close-on-exec; not all of the JVM's are. Before Linux 5.11 it does nothing.
      int _ = (int) CLOSE_RANGE.invokeExact(TOLD_AT, LAST_DESCRIPTOR, CLOSE_RANGE_CLOEXEC);
    }
    MemorySegment actions = arena.allocate(FILE_ACTIONS_BYTES, Long.BYTES);
    int _ = (int) INIT_FILE_ACTIONS.invokeExact(actions);
    try {
      int errno = (int) ADD_DUP.invokeExact(actions, teller, TOLD_AT);
      return errno != 0
          ? errno
          : (int)
              POSIX_SPAWN.invokeExact(
                  pid,
                  arena.allocateFrom(words.getFirst()),
                  actions,
                  MemorySegment.NULL,
                  strings(arena, words),
                  strings(arena, variables));
    } finally {
      int _ = (int) DESTROY_FILE_ACTIONS.invokeExact(actions);
    }
  }

  private static void check(int result, String what) throws IOException {
    if (result < 0) {
      throw new IOException(what + ": " + Errno.text(-result));
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

  /** To the end, which comes when the shell has ended. */
  private static String readAll(Arena arena, int fd) {
    MemorySegment buffer = arena.allocate(64);
    StringBuilder all = new StringBuilder();
    long length;
    while ((length = Syscall.read(fd, buffer.address(), buffer.byteSize())) > 0) {
      byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      all.append(new String(bytes, StandardCharsets.US_ASCII));
    }
    return all.toString();
  }
}
