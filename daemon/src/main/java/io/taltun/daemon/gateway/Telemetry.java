package io.taltun.daemon.gateway;

import io.taltun.daemon.control.ControlCounters;
import io.taltun.daemon.control.PeerEvents;
import io.taltun.daemon.control.PeerReading;
import io.taltun.daemon.health.Health;
import io.taltun.daemon.health.Pulse;
import io.taltun.dataplane.counter.Batch;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.counter.Histogram;
import io.taltun.dataplane.mailbox.ControlRing;
import java.util.List;
import java.util.Map;

/**
 * What any thread may read of a running gateway at any time. Nobody is asked and nobody waits: the
 * threads that carry packets and handshakes do not notice.
 */
public interface Telemetry {
  /** The device's name. */
  String name();

  /** How packets are carried. */
  GatewayModes modes();

  /** Nanoseconds since the device was ready. */
  long uptimeNs();

  /** Of the device, in bytes. */
  int mtu();

  /** Whether its threads make progress. */
  Health health();

  /** The threads that carry it, and how soon they answer. */
  List<Pulse> pulses();

  /** The {@link Thread#threadId} of each of {@link #pulses}, in their order. */
  List<Long> threadIds();

  /** All peers as of the latest edit; the same object until the next. */
  List<PeerReading> peers();

  /** What the control thread counts. */
  ControlCounters control();

  /** When the configuration came. */
  ConfigAge configuration();

  /** How many workers there are. */
  int workers();

  /** What worker {@code i} counts. */
  long count(int worker, Counter counter);

  /** The sizes of worker {@code i}'s batches. */
  Histogram batches(int worker, Batch batch);

  /** Packets that wait for a session in worker {@code i}'s pool. */
  int waitingPackets(int worker);

  /** What worker {@code i} tells the control thread; only its backlogs are anybody's to read. */
  ControlRing queues(int worker);

  /** How often peers came online and went offline, by the labels of {@link PeerEvents}. */
  Map<String, Long> presence();

  /** Packets that the kernel dropped before the workers read them. */
  long tunDrops();

  /** Packets dropped, by all workers together. */
  long drops(DropReason reason);
}
