package io.taltun.bench.micro;

import io.taltun.dataplane.os.BootClock;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;
import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.IgnoreError;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What the way into native code costs. labs(3) does nothing that takes time, so its numbers are the
 * call alone; getppid(2) adds the kernel's entry and exit.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DowncallBenchmark {
  private static final SavingErrno SAVING =
      LibraryLoader.create(SavingErrno.class).failImmediately().load("c");
  private static final IgnoringErrno IGNORING =
      LibraryLoader.create(IgnoringErrno.class).failImmediately().load("c");
  private static final MethodHandle FOREIGN = labs();
  private static final MethodHandle FOREIGN_CRITICAL = labs(Linker.Option.critical(false));

  private final BootClock clock = new BootClock();
  private long argument = -1;

  /** As system calls are bound: errno is read after each call. */
  public interface SavingErrno {
    long labs(long value);

    int getppid();
  }

  /** As the cipher's calls are bound. */
  public interface IgnoringErrno {
    @IgnoreError
    long labs(long value);
  }

  private static MethodHandle labs(Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("labs"),
        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
        options);
  }

  @Benchmark
  public long jnrSavingErrno() {
    return SAVING.labs(argument);
  }

  @Benchmark
  public long jnrIgnoringErrno() {
    return IGNORING.labs(argument);
  }

  @Benchmark
  public long foreign() throws Throwable {
    return (long) FOREIGN.invokeExact(argument);
  }

  @Benchmark
  public long foreignCritical() throws Throwable {
    return (long) FOREIGN_CRITICAL.invokeExact(argument);
  }

  @Benchmark
  public int systemCall() {
    return SAVING.getppid();
  }

  /** clock_gettime(2), which the kernel answers in userspace. */
  @Benchmark
  public long bootClock() {
    return clock.nowNs();
  }
}
