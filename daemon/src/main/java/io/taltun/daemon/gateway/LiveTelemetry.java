package io.taltun.daemon.gateway;

import io.taltun.daemon.control.Control;
import io.taltun.daemon.control.ControlCounters;
import io.taltun.daemon.control.PeerReading;
import io.taltun.daemon.health.Health;
import io.taltun.daemon.health.Heartbeat;
import io.taltun.daemon.health.Pulse;
import io.taltun.dataplane.counter.Batch;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.counter.Histogram;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.worker.WorkerGroup;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The readings of a gateway that runs. */
final class LiveTelemetry implements Telemetry {
  private final String name;
  private final RuntimeModes modes;
  private final Control control;
  private final WorkerGroup workers;
  private final ForwardingTables tables;
  private final Heartbeat heartbeat;
  private final ConfigAge configuration = new ConfigAge(InstantSource.system());
  private final long startedNs = System.nanoTime();

  /**
   * @param workers started
   * @param heartbeat of the control thread first, then of the workers in their order
   */
  LiveTelemetry(
      String name,
      RuntimeModes modes,
      Control control,
      WorkerGroup workers,
      ForwardingTables tables,
      Heartbeat heartbeat) {
    this.name = name;
    this.modes = modes;
    this.control = control;
    this.workers = workers;
    this.tables = tables;
    this.heartbeat = heartbeat;
  }

  Heartbeat heartbeat() {
    return heartbeat;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public GatewayModes modes() {
    return modes.now();
  }

  @Override
  public long uptimeNs() {
    return System.nanoTime() - startedNs;
  }

  @Override
  public int mtu() {
    return tables.mtu();
  }

  @Override
  public Health health() {
    return heartbeat.health();
  }

  @Override
  public List<Pulse> pulses() {
    return heartbeat.pulses();
  }

  @Override
  public List<Long> threadIds() {
    List<Long> ids = new ArrayList<>();
    ids.add(control.threadId());
    for (int i = 0; i < workers.size(); i++) {
      ids.add(workers.threadId(i));
    }
    return ids;
  }

  @Override
  public List<PeerReading> peers() {
    return control.roster();
  }

  @Override
  public ControlCounters control() {
    return control.ownCounters();
  }

  @Override
  public ConfigAge configuration() {
    return configuration;
  }

  @Override
  public int workers() {
    return workers.size();
  }

  @Override
  public long count(int worker, Counter counter) {
    return workers.count(worker, counter);
  }

  @Override
  public Histogram batches(int worker, Batch batch) {
    return workers.batches(worker, batch);
  }

  @Override
  public int waitingPackets(int worker) {
    return workers.waitingPackets(worker);
  }

  @Override
  public ControlRing queues(int worker) {
    return workers.control(worker);
  }

  @Override
  public Map<String, Long> presence() {
    return control.presence();
  }

  @Override
  public long tunDrops() {
    return control.tunDropped();
  }

  @Override
  public long drops(DropReason reason) {
    return workers.sum(reason);
  }
}
