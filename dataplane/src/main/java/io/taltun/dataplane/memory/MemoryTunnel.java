package io.taltun.dataplane.memory;

import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.primitive.Aead;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.PageMemory;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import io.taltun.dataplane.udp.MessageSocket;
import java.util.Arrays;

/**
 * Two whole packet paths back to back in memory, on one thread, without a system call: what a
 * packet costs without the kernel, and what a start is warmed with. The keys are fixed; nothing
 * leaves the process.
 */
public final class MemoryTunnel implements AutoCloseable {
  /** By which the right end knows its session. */
  static final int RIGHT_INDEX = 2;

  private static final LocalAddress HERE = LocalAddress.ofIpv4(MemoryWire.ADDRESS, 1);
  private static final Endpoint LEFT = Endpoint.ofIpv4(MemoryWire.ADDRESS, 1).at(HERE);
  private static final Endpoint RIGHT = Endpoint.ofIpv4(MemoryWire.ADDRESS, 2).at(HERE);

  private final PageMemory memory = new PageMemory(MemoryWire.bytes());
  private final MemoryTun leftTun = new MemoryTun();
  private final MemoryWire[] wire = MemoryWire.pair(memory, LEFT, RIGHT);
  private final MemoryGateway left =
      new MemoryGateway(leftTun, wire[0], RIGHT, MadeUpPackets.RIGHT4, MadeUpPackets.RIGHT6);
  private final MemoryGateway right;

  /** Connects both ends. */
  public MemoryTunnel(Aead aead) {
    this(aead, new MemoryTun(), null);
  }

  /**
   * The same with edges of the caller's on the right.
   *
   * @param rightTun where packets are written to; closed by the caller
   * @param rightSocket where the right end sends to; null for the wire
   */
  MemoryTunnel(Aead aead, TunQueue rightTun, MessageSocket rightSocket) {
    right =
        new MemoryGateway(
            rightTun,
            rightSocket == null ? wire[1] : rightSocket,
            LEFT,
            MadeUpPackets.LEFT4,
            MadeUpPackets.LEFT6);
    byte[] there = key(1);
    byte[] back = key(2);
    left.install(session(left, TransportKeys.of(1, RIGHT_INDEX, true, there, back), aead));
    right.install(session(right, TransportKeys.of(RIGHT_INDEX, 1, false, back, there), aead));
  }

  private static byte[] key(int value) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) value);
    return key;
  }

  private static Session session(MemoryGateway of, TransportKeys keys, Aead aead) {
    return new Session(of.peer(), keys, aead, Long.MAX_VALUE, Long.MAX_VALUE, 1);
  }

  /**
   * Carries copies of a packet from the left TUN device to the right one.
   *
   * @param made one of {@link MadeUpPackets}
   * @return packets written there, joined ones apart
   */
  public long carry(MadeUpPackets.Made made, int times, long nowNs) {
    long before = delivered();
    give(made, times);
    boolean more;
    do {
      more = seal(nowNs);
      open(nowNs);
    } while (more);
    return delivered() - before;
  }

  /** Lets the left TUN device give copies of a packet. */
  public void give(MadeUpPackets.Made made, int times) {
    leftTun.give(made.header(), made.length(), times);
  }

  /** One turn of the left end, onto the wire; whether its TUN device has more to give. */
  public boolean seal(long nowNs) {
    return left.outbound().poll(nowNs);
  }

  /** Lets the right end take all that is on the wire. */
  public void open(long nowNs) {
    while (right.inbound().poll(wire[1], nowNs)) {
      // until the wire is empty
    }
  }

  /**
   * What a new session begins with: packets that waited for it, a keepalive, its first authentic
   * packet at the other end, from an address that is not known yet.
   */
  void carryAfterWaiting(MadeUpPackets.Made made, long nowNs) {
    Keypairs keypairs = left.peer().keypairs();
    left.peer().setKeypairs(Keypairs.NONE);
    give(made, 1);
    seal(nowNs);
    left.peer().setKeypairs(keypairs);
    left.outbound().sendWaiting(left.peer(), nowNs);
    left.outbound().sendKeepalive(left.peer(), nowNs);
    left.outbound().flush();
    Keypairs established = right.peer().keypairs();
    right.peer().setKeypairs(new Keypairs(null, null, established.current()));
    right.peer().setEndpoint(RIGHT);
    open(nowNs);
    right.peer().setEndpoint(LEFT);
    right.peer().clearMove();
    right.peer().setKeypairs(established);
  }

  /** Lets the right end meet what a gateway meets beside its peers' data. */
  void disturb(Disturbance disturbance, long nowNs) {
    disturbance.send(wire[0]);
    open(nowNs);
  }

  /** Packets written to the right TUN device so far, joined ones apart. */
  public long delivered() {
    return right.counters().get(Counter.TUN_WRITTEN_PACKETS);
  }

  /** Writes to the right TUN device so far. */
  public long writes() {
    return right.counters().get(Counter.TUN_WRITES);
  }

  /** Packets that did not arrive. */
  public long drops() {
    long sum = 0;
    for (DropReason reason : DropReason.values()) {
      sum += left.counters().get(reason) + right.counters().get(reason);
    }
    return sum;
  }

  MemoryTun leftTun() {
    return leftTun;
  }

  MemoryGateway left() {
    return left;
  }

  MemoryGateway right() {
    return right;
  }

  /** What the right end receives from. */
  MessageSocket rightSocket() {
    return wire[1];
  }

  @Override
  public void close() {
    left.close();
    right.close();
    memory.close();
  }
}
