package io.taltun.dataplane.session;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.dataplane.os.PageMemory;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A worker's bounded pool of packets that wait for their peer's session, so that the first packet
 * of a connection is not lost. A FIFO a peer, linked through the slots; at a peer's limit its
 * oldest goes, as the kernel does; at the pool's the new packet goes. Owned by one worker.
 */
public final class WaitingPackets implements AutoCloseable {
  /** Packets that wait for one peer, in one worker. */
  public static final int PER_PEER = 64;

  /** Packets that wait in one worker. */
  public static final int SLOTS = 1024;

  private static final int NONE = -1;

  private final int lane;
  private final int[] next = new int[SLOTS];
  private final int[] lengths = new int[SLOTS];

  // Written by the worker.
  private int slotSize;
  private PageMemory memory;
  private int free;

  // Written by the worker; others read it.
  private final AtomicInteger used = new AtomicInteger();

  /**
   * @param lane the worker's number
   * @param slotSize bytes of the longest packet that may wait
   */
  public WaitingPackets(int lane, int slotSize) {
    this.lane = lane;
    this.slotSize = slotSize;
    memory = new PageMemory(SLOTS * stride(slotSize));
    for (int i = 0; i < SLOTS; i++) {
      next[i] = i + 1 < SLOTS ? i + 1 : NONE;
    }
  }

  private static long stride(int slotSize) {
    return TransportCipher.HEADROOM + slotSize + TransportCipher.TAILROOM;
  }

  /**
   * Makes room for longer packets; those that wait go on waiting. The room never shrinks: only the
   * pages that packets were written to are resident.
   *
   * @param bytes of the longest packet that may wait from now on
   */
  public void fit(int bytes) {
    if (bytes <= slotSize) {
      return;
    }
    PageMemory larger = new PageMemory(SLOTS * stride(bytes));
    for (int slot = 0; slot < SLOTS; slot++) {
      NativeMemory.copy(
          address(memory, slotSize, slot), address(larger, bytes, slot), lengths[slot]);
    }
    memory.close();
    memory = larger;
    slotSize = bytes;
  }

  /** Packets that wait, of at most {@link #SLOTS}. Any thread. */
  public int used() {
    return used.getAcquire();
  }

  /** Whether a packet of this peer waits. */
  public boolean isEmpty(Peer peer) {
    return peer.lane(lane).waitingHead == NONE;
  }

  /** Whether a packet of this length has room in a slot. */
  public boolean fits(int length) {
    return length <= slotSize;
  }

  /**
   * Copies a packet behind the peer's others.
   *
   * @param length a length that {@link #fits}
   * @return packets dropped for it: 0, or 1 (the oldest of the peer, or this one)
   */
  public int add(Peer peer, long packet, int length) {
    PeerLane queue = peer.lane(lane);
    int dropped = 0;
    if (queue.waitingCount == PER_PEER) {
      removeFirst(peer);
      dropped = 1;
    }
    if (free == NONE) {
      return 1;
    }
    int slot = free;
    free = next[slot];
    used.setRelease(used.getPlain() + 1);
    NativeMemory.copy(packet, address(slot), length);
    lengths[slot] = length;
    next[slot] = NONE;
    if (queue.waitingHead == NONE) {
      queue.waitingHead = slot;
    } else {
      next[queue.waitingTail] = slot;
    }
    queue.waitingTail = slot;
    queue.waitingCount++;
    return dropped;
  }

  /**
   * Address of the peer's oldest packet, with a cipher's head and tail room; only while {@link
   * #isEmpty} is false.
   */
  public long first(Peer peer) {
    return address(peer.lane(lane).waitingHead);
  }

  private long address(int slot) {
    return address(memory, slotSize, slot);
  }

  private static long address(PageMemory memory, int slotSize, int slot) {
    return memory.address() + slot * stride(slotSize) + TransportCipher.HEADROOM;
  }

  /** Bytes of the peer's oldest packet. */
  public int firstLength(Peer peer) {
    return lengths[peer.lane(lane).waitingHead];
  }

  /** Frees the place of the peer's oldest packet. */
  public void removeFirst(Peer peer) {
    PeerLane queue = peer.lane(lane);
    int slot = queue.waitingHead;
    queue.waitingHead = next[slot];
    queue.waitingCount--;
    lengths[slot] = 0;
    next[slot] = free;
    free = slot;
    used.setRelease(used.getPlain() - 1);
  }

  /**
   * Frees all of a peer's places.
   *
   * @return how many packets went
   */
  public int removeAll(Peer peer) {
    int count = 0;
    while (!isEmpty(peer)) {
      removeFirst(peer);
      count++;
    }
    return count;
  }

  /** Copies of a peer's packets, oldest first; while the worker does not run. */
  public List<byte[]> copies(Peer peer) {
    List<byte[]> copies = new ArrayList<>();
    for (int slot = peer.lane(lane).waitingHead; slot != NONE; slot = next[slot]) {
      byte[] packet = new byte[lengths[slot]];
      NativeMemory.copy(address(slot), packet, 0, packet.length);
      copies.add(packet);
    }
    return copies;
  }

  /** {@link #add} of a packet on the heap; one that does not fit is left out. */
  public void addCopy(Peer peer, byte[] packet) {
    if (fits(packet.length)) {
      try (Arena arena = Arena.ofConfined()) {
        long at = arena.allocate(Math.max(1, packet.length)).address();
        NativeMemory.copy(packet, 0, at, packet.length);
        add(peer, at, packet.length);
      }
    }
  }

  /** After the worker ended. */
  @Override
  public void close() {
    memory.close();
  }
}
