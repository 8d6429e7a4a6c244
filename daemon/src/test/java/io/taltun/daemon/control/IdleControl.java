package io.taltun.daemon.control;

import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.state.PeerMemory;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.worker.WorkerGroup;
import java.util.List;
import java.util.SplittableRandom;

/** A control thread's inside, on the test's thread and without workers. */
final class IdleControl implements AutoCloseable {
  static final Primitives PRIMITIVES = Primitives.of("bouncycastle");

  final SplittableRandom random = new SplittableRandom(1);
  final PeerTable peers = new PeerTable(random, 1);
  final ForwardingTables tables = new ForwardingTables(peers.sessions(), 1420, false);
  final WorkerGroup workers = new WorkerGroup(List.of(), tables, 1484, () -> {}, new NoFaults());
  final Control control;

  IdleControl() throws SystemCallException {
    this(PeerMemory.NONE);
  }

  IdleControl(PeerMemory memory) throws SystemCallException {
    control =
        new Control(
            new ControlThread(new NoFaults()),
            workers,
            tables,
            peers,
            PRIMITIVES.aead(),
            random,
            () -> 0,
            1L << 30,
            memory);
  }

  /** A peer's key like no other value's. */
  static PublicKey key(int value) {
    byte[] raw = new byte[PublicKey.LENGTH];
    raw[0] = (byte) value;
    return PublicKey.of(raw);
  }

  @Override
  public void close() {
    control.free();
  }
}
