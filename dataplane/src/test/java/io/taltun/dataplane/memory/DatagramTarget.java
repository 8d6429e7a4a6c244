package io.taltun.dataplane.memory;

import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.crypto.wire.TransportData;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.PageMemory;
import io.taltun.dataplane.packet.FlowOrder;
import io.taltun.dataplane.packet.ReferenceIp;
import io.taltun.dataplane.packet.TransportPacket;
import io.taltun.dataplane.packet.TunRecorder;
import io.taltun.dataplane.session.CounterSet;
import io.taltun.dataplane.session.ReplayWindow;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.fuzz.FuzzTarget;
import io.taltun.fuzz.Input;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Datagrams from a peer, from somebody on the way and from anybody: what reaches the TUN device is
 * what the peer sealed, once, from its own addresses; everything else is counted as a drop.
 */
public final class DatagramTarget implements FuzzTarget {
  private static final int MOST_DATAGRAMS = 12;
  private static final int INDEX = 0x0102_0304;
  private static final int LONGEST = 2_048;
  private static final int INNER_KINDS = 6;
  private static final long NOW = 1_000;
  private static final Endpoint HERE = Endpoint.ofIpv4(0x7f00_0001, 2);
  private static final Endpoint PEER = Endpoint.ofIpv4(0x7f00_0001, 1);

  private record Sealed(long counter, byte[] plaintext) {}

  private final Arena arena = Arena.ofShared();
  private final PageMemory memory = new PageMemory(MemoryWire.bytes());
  private final MemoryWire[] wire = MemoryWire.pair(memory, PEER, HERE);
  private final TunRecorder tun = new TunRecorder(10);
  private final MemoryGateway gateway =
      new MemoryGateway(tun, wire[1], PEER, MadeUpPackets.LEFT4, MadeUpPackets.LEFT6);
  private final MessageArray message = new MessageArray(arena, 1);
  private final long bytes = arena.allocate(1 << 16, 64).address();
  private final long plaintext = arena.allocate(1 << 16, 64).address() + TransportCipher.HEADROOM;
  private final TransportCipher peer;

  // Moves on with each input, so that no counter is used for two.
  private long firstCounter;

  // Of the current input.
  private final Map<ByteBuffer, Sealed> sealed = new HashMap<>();
  private final List<byte[]> recorded = new ArrayList<>();
  private CounterSet window;
  private Map<ByteBuffer, List<byte[]>> expected;
  private int datagrams;
  private int authentic;

  public DatagramTarget() {
    Aead aead = Primitives.best().aead();
    byte[] there = key(1);
    byte[] back = key(2);
    peer = TransportKeys.of(1, INDEX, true, there, back).sealer(aead);
    TransportKeys keys = TransportKeys.of(INDEX, 1, false, back, there);
    gateway.install(new Session(gateway.peer(), keys, aead, Long.MAX_VALUE, Long.MAX_VALUE, 1));
  }

  private static byte[] key(int value) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) value);
    return key;
  }

  /** Datagrams: what each is, and what it needs. */
  @Override
  public void accept(byte[] input) {
    begin();
    long before = passed();
    long received = gateway.peer().lane(0).receivedPackets();
    choose(new Input(input));
    gateway.inbound().poll(wire[1], NOW);
    while (gateway.inbound().poll(wire[1], NOW)) {
      // until the wire is empty
    }
    Map<ByteBuffer, List<byte[]>> actual = new HashMap<>();
    for (byte[] packet : tun.take()) {
      FlowOrder.collect(actual, packet);
    }
    FlowOrder.requireSame(expected, actual);
    if (passed() - before != datagrams) {
      throw new AssertionError(passed() - before + " datagrams are accounted for, of " + datagrams);
    }
    if (gateway.peer().lane(0).receivedPackets() - received != authentic) {
      throw new AssertionError("other datagrams were taken for authentic");
    }
  }

  /** A window that has nothing in it but one counter far above those of the input before. */
  private void begin() {
    firstCounter += 4L * ReplayWindow.SIZE;
    sealed.clear();
    recorded.clear();
    window = new CounterSet();
    expected = new HashMap<>();
    datagrams = 0;
    authentic = 0;
    send(seal(firstCounter, new byte[0]), 0);
  }

  /** Whatever became of them. */
  private long passed() {
    long sum =
        gateway.counters().get(Counter.HANDSHAKE_MESSAGES)
            + gateway.counters().get(Counter.KEEPALIVES_RECEIVED)
            + gateway.counters().get(Counter.PATH_PROBES)
            + gateway.counters().get(Counter.TUN_WRITTEN_PACKETS);
    for (DropReason reason : DropReason.values()) {
      sum += gateway.counters().get(reason);
    }
    return sum;
  }

  private void choose(Input input) {
    long next = firstCounter;
    for (int i = 0; i < MOST_DATAGRAMS && !input.isEmpty(); i++) {
      switch (input.below(9)) {
        case 0 -> send(seal(++next, inner(input)), 0);
        case 1 -> send(seal(++next, input.take(input.next())), 0);
        case 2 -> send(earlier(input), 0);
        case 3 -> send(damaged(earlier(input), input), 0);
        case 4 -> send(input.take(input.next16() % LONGEST), 0);
        case 5 -> send(handshake(input), 0);
        case 6 -> {
          next += input.next16() % 512;
          send(seal(next - input.next16() % (2 * ReplayWindow.SIZE), inner(input)), 0);
        }
        case 7 -> {
          byte[] unseen = seal(++next, inner(input));
          send(damaged(unseen, input), 0);
          send(unseen, 0);
        }
        default -> {
          byte[] inner = inner(input);
          int count = 1 + input.below(4);
          ByteBuffer joined = ByteBuffer.allocate(count * (inner.length + TransportData.OVERHEAD));
          for (int k = 0; k < count; k++) {
            joined.put(seal(++next, inner));
          }
          int lie = (byte) input.next();
          send(joined.array(), Math.max(1, inner.length + TransportData.OVERHEAD + lie));
        }
      }
    }
  }

  private byte[] earlier(Input input) {
    return recorded.get(input.below(recorded.size()));
  }

  private static byte[] damaged(byte[] datagram, Input input) {
    int kind = input.next();
    int at = input.next16();
    byte[] damaged = Arrays.copyOf(datagram, kind < 200 ? datagram.length : at % LONGEST);
    if (damaged.length > 0) {
      damaged[at % damaged.length] ^= (byte) input.next();
    }
    return damaged;
  }

  private static byte[] handshake(Input input) {
    int[] lengths = {148, 92, 64, 148};
    int kind = input.next();
    byte[] rest = input.take(4);
    byte[] datagram = Arrays.copyOf(rest, lengths[kind & 3] + (kind >>> 2 & 1));
    Arrays.fill(datagram, 0, 4, (byte) 0);
    datagram[0] = (byte) (1 + (kind >>> 3) % 4);
    return datagram;
  }

  /** A packet from one of the peer's addresses, or from another one's; padded or not. */
  private static byte[] inner(Input input) {
    int kind = input.next();
    TransportPacket it = new TransportPacket((kind & 1) != 0, (kind & 2) != 0);
    it.payload(input.next(), kind);
    byte[] packet = it.build();
    byte[] source = it.v6 ? MadeUpPackets.LEFT6 : MadeUpPackets.LEFT4;
    System.arraycopy(source, 0, packet, it.v6 ? 8 : 12, source.length);
    switch (kind / 4 % INNER_KINDS) {
      case 0 -> packet[it.v6 ? 23 : 15] ^= (byte) input.next();
      case 1 -> packet[input.below(it.transport())] ^= (byte) input.next();
      case 2 -> packet = Arrays.copyOf(packet, input.next16() % 1_024);
      default -> packet = Arrays.copyOf(packet, packet.length + 15 & -16);
    }
    return packet;
  }

  private byte[] seal(long counter, byte[] packet) {
    byte[] datagram = new byte[TransportData.OVERHEAD + packet.length];
    TransportData.putHeader(datagram, INDEX, counter);
    NativeMemory.copy(packet, 0, plaintext, packet.length);
    peer.seal(counter, plaintext, packet.length, plaintext);
    NativeMemory.copy(
        plaintext, datagram, TransportData.PACKET, packet.length + TransportData.TAG_LENGTH);
    sealed.put(ByteBuffer.wrap(datagram), new Sealed(counter, packet));
    recorded.add(datagram);
    return datagram;
  }

  /**
   * Puts a message on the wire and notes what has to become of it.
   *
   * @param segment bytes of each datagram of a joined message, 0 for one datagram
   */
  private void send(byte[] whole, int segment) {
    NativeMemory.copy(whole, 0, bytes, whole.length);
    message.setBuffer(0, bytes, whole.length);
    message.setSegmentSize(0, segment);
    if (wire[0].send(message.header(0), 1) != 1) {
      throw new AssertionError("the wire is full");
    }
    int from = 0;
    do {
      int to = segment == 0 ? whole.length : Math.min(from + segment, whole.length);
      expect(segment == 0 ? whole : Arrays.copyOfRange(whole, from, to));
      from = to;
    } while (from < whole.length);
  }

  private void expect(byte[] datagram) {
    datagrams++;
    Sealed genuine = sealed.get(ByteBuffer.wrap(datagram));
    if (genuine == null || !window.accept(genuine.counter)) {
      return;
    }
    authentic++;
    int length = ReferenceIp.length(genuine.plaintext);
    if (length >= 0 && isFromPeer(genuine.plaintext)) {
      FlowOrder.collect(expected, Arrays.copyOf(genuine.plaintext, length));
    }
  }

  private static boolean isFromPeer(byte[] packet) {
    return packet[0] >>> 4 == 4
        ? Arrays.equals(packet, 12, 16, MadeUpPackets.LEFT4, 0, 4)
        : Arrays.equals(packet, 8, 24, MadeUpPackets.LEFT6, 0, 16);
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        new byte[] {0, 12, 40, 0, 13, 40, 0, 14, 40, 0, 15, 40, 0, 12, 40},
        new byte[] {0, 12, 20, 2, 0, 2, 1, 3, 1, 3, 0, 40, 1, 3, 1, (byte) 220, 0, 30, 9},
        new byte[] {8, 14, 90, 3, 0, 8, 12, 50, 2, 1, 8, 15, 10, 3, (byte) 255},
        new byte[] {6, 1, 0, 0, 5, 12, 9, 6, 0, 0, 32, 1, 12, 9, 6, 0, 1, 31, (byte) 254, 12, 9},
        new byte[] {5, 0, 1, 2, 3, 4, 5, 9, 1, 2, 3, 4, 5, 18, 1, 2, 3, 4, 5, 4, 9, 9, 9, 9},
        new byte[] {4, 0, 32, 4, 0, 0, 0, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4},
        new byte[] {1, 0, 0, 0, 30, 3, 1, 20, 0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1},
        new byte[] {7, 12, 60, 0, 0, 40, 1, 7, 2, 60, 0, 1, 0, 8, 0, 1, 5, 30, 0, 5, 9, 50, 7});
  }

  @Override
  public int maxLength() {
    return 128;
  }

  @Override
  public int inputsInTests() {
    return 60_000;
  }

  @Override
  public void close() {
    peer.close();
    gateway.close();
    memory.close();
    arena.close();
  }
}
