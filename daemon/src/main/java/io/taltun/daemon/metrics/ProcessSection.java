package io.taltun.daemon.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is of the process and its JVM. */
final class ProcessSection implements Section {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** proc_pid_status(5). */
  private static final Pattern SIZE = Pattern.compile("(?m)^(VmSize|VmRSS):\\s+([0-9]+) kB$");

  @Override
  public boolean write(TextWriter out) {
    process(out);
    memory(out);
    out.begin(Catalog.JVM_COLLECTIONS);
    for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
      out.summary(
          Labels.of(Catalog.JVM_COLLECTIONS, each.getName()),
          each.getCollectionCount(),
          each.getCollectionTime() * 1_000_000);
    }
    out.begin(Catalog.JVM_THREADS);
    out.sample(Labels.NONE, ManagementFactory.getThreadMXBean().getThreadCount());
    return false;
  }

  private static void process(TextWriter out) {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      out.begin(Catalog.PROCESS_CPU);
      out.seconds(Labels.NONE, unix.getProcessCpuTime());
      out.begin(Catalog.PROCESS_OPEN_FILES);
      out.sample(Labels.NONE, unix.getOpenFileDescriptorCount());
      out.begin(Catalog.PROCESS_MOST_FILES);
      out.sample(Labels.NONE, unix.getMaxFileDescriptorCount());
    }
    out.begin(Catalog.PROCESS_START);
    out.seconds(Labels.NONE, ManagementFactory.getRuntimeMXBean().getStartTime() * 1_000_000);
    sizes(out);
  }

  private static void sizes(TextWriter out) {
    String status;
    try {
      status = Files.readString(STATUS, StandardCharsets.ISO_8859_1);
    } catch (IOException noProc) {
      return;
    }
    Matcher sizes = SIZE.matcher(status);
    while (sizes.find()) {
      out.begin(
          sizes.group(1).equals("VmRSS") ? Catalog.PROCESS_RESIDENT : Catalog.PROCESS_VIRTUAL);
      out.sample(Labels.NONE, Long.parseLong(sizes.group(2)) * 1024);
    }
  }

  private static void memory(TextWriter out) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    MemoryUsage heap = memory.getHeapMemoryUsage();
    MemoryUsage nonHeap = memory.getNonHeapMemoryUsage();
    area(out, Catalog.JVM_MEMORY_USED, heap.getUsed(), nonHeap.getUsed());
    area(out, Catalog.JVM_MEMORY_COMMITTED, heap.getCommitted(), nonHeap.getCommitted());
    area(out, Catalog.JVM_MEMORY_MAX, heap.getMax(), nonHeap.getMax());
  }

  private static void area(TextWriter out, Metric metric, long heap, long nonHeap) {
    out.begin(metric);
    out.sample(Labels.of(metric, "heap"), heap);
    out.sample(Labels.of(metric, "nonheap"), nonHeap);
  }
}
