package io.taltun.daemon.metrics;

import io.taltun.daemon.gateway.Telemetry;
import io.taltun.daemon.health.Pulse;
import io.taltun.dataplane.counter.Batch;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Histogram;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.mailbox.RecordRing;
import io.taltun.dataplane.session.WaitingPackets;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is of the workers and of the threads that carry the gateway. */
final class WorkerSection implements Section {
  private final Telemetry telemetry;
  private final String name;

  WorkerSection(Telemetry telemetry) {
    this.telemetry = telemetry;
    name = telemetry.name();
  }

  @Override
  public boolean write(TextWriter out) {
    queues(out);
    pools(out);
    batches(out);
    for (Counter counter : Counter.values()) {
      out.begin(Catalog.of(counter));
      for (int i = 0; i < telemetry.workers(); i++) {
        out.sample(Labels.of(Catalog.of(counter), name, worker(i)), telemetry.count(i, counter));
      }
    }
    threads(out);
    return false;
  }

  private static String worker(int i) {
    return Integer.toString(i);
  }

  private static Map<String, RecordRing> queues(ControlRing ring) {
    Map<String, RecordRing> queues = new LinkedHashMap<>();
    queues.put("reports", ring.reports());
    queues.put("newcomers", ring.newcomers());
    queues.put("under_way", ring.underWay());
    return queues;
  }

  private void queues(TextWriter out) {
    out.begin(Catalog.CONTROL_QUEUE);
    for (int i = 0; i < telemetry.workers(); i++) {
      for (Map.Entry<String, RecordRing> queue : queues(telemetry.queues(i)).entrySet()) {
        out.sample(
            Labels.of(Catalog.CONTROL_QUEUE, name, worker(i), queue.getKey()),
            queue.getValue().backlog());
      }
    }
    out.begin(Catalog.CONTROL_QUEUE_LIMIT);
    if (telemetry.workers() > 0) {
      for (Map.Entry<String, RecordRing> queue : queues(telemetry.queues(0)).entrySet()) {
        out.sample(
            Labels.of(Catalog.CONTROL_QUEUE_LIMIT, name, queue.getKey()),
            queue.getValue().capacity());
      }
    }
  }

  private void pools(TextWriter out) {
    out.begin(Catalog.WAITING_PACKETS);
    for (int i = 0; i < telemetry.workers(); i++) {
      out.sample(Labels.of(Catalog.WAITING_PACKETS, name, worker(i)), telemetry.waitingPackets(i));
    }
    out.begin(Catalog.WAITING_PACKETS_LIMIT);
    out.sample(Labels.of(Catalog.WAITING_PACKETS_LIMIT, name), WaitingPackets.SLOTS);
  }

  private void batches(TextWriter out) {
    if (telemetry.workers() == 0) {
      return;
    }
    out.begin(Catalog.BATCHES);
    for (Batch batch : Batch.values()) {
      Histogram[] parts = new Histogram[telemetry.workers()];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = telemetry.batches(i, batch);
      }
      out.histogram(Labels.of(Catalog.BATCHES, name, batch.label()), TextWriter.Unit.ONE, parts);
    }
  }

  private void threads(TextWriter out) {
    List<Pulse> pulses = telemetry.pulses();
    List<Long> ids = telemetry.threadIds();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    out.begin(Catalog.THREAD_CPU);
    for (int i = 0; i < ids.size(); i++) {
      long ns = threads.getThreadCpuTime(ids.get(i));
      // Negative when the thread has ended.
      if (ns >= 0) {
        out.seconds(Labels.of(Catalog.THREAD_CPU, name, pulses.get(i).name()), ns);
      }
    }
    out.begin(Catalog.THREAD_ANSWERS);
    for (Pulse pulse : pulses) {
      out.histogram(
          Labels.of(Catalog.THREAD_ANSWERS, name, pulse.name()),
          TextWriter.Unit.NANOSECOND,
          pulse.delays());
    }
  }
}
