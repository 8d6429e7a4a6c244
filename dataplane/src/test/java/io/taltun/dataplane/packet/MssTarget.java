package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.fuzz.FuzzTarget;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/**
 * SYNs whose options nobody vouches for: nothing outside of the packet is read or written, at most
 * two words change, and the sum over the TCP segment stays the same.
 */
public final class MssTarget implements FuzzTarget {
  private static final int ROOM = 2048;
  private static final int AROUND = 64;
  private static final MssLimit LIMIT = MssLimit.ofMtu(1420);

  private final Arena arena = Arena.ofShared();
  private final long memory = arena.allocate(AROUND + ROOM + AROUND, 64).address() + AROUND;

  /** The packet. */
  @Override
  public void accept(byte[] bytes) {
    byte[] afterZeroes = apply(bytes, (byte) 0);
    byte[] afterOnes = apply(bytes, (byte) 0xff);
    require("bytes outside matter", Arrays.equals(afterZeroes, afterOnes));
    int changed = 0;
    for (int i = 0; i < bytes.length; i++) {
      changed += bytes[i] == afterZeroes[i] ? 0 : 1;
    }
    require(changed + " bytes changed", changed <= 4);
    if (changed != 0) {
      int transport = ReferenceOffload.isIpv4(bytes) ? (bytes[0] & 0xf) * 4 : 40;
      int room = bytes.length - transport;
      int before = ReferenceOffload.sum(bytes, transport, room, 0);
      int after = ReferenceOffload.sum(afterZeroes, transport, room, 0);
      require("the sum is " + after + ", not " + before, before % 0xffff == after % 0xffff);
    }
  }

  private byte[] apply(byte[] bytes, byte around) {
    for (int i = -AROUND; i < ROOM + AROUND; i++) {
      NativeMemory.putByte(memory + i, around);
    }
    NativeMemory.copy(bytes, 0, memory, bytes.length);
    int length = Ip.validate(memory, bytes.length);
    if (length >= 0) {
      LIMIT.apply(memory, length);
    }
    for (int i = bytes.length; i < ROOM + AROUND; i++) {
      require("written behind it", NativeMemory.getByte(memory + i) == around);
    }
    return NativeMemory.toBytes(memory, bytes.length);
  }

  private static void require(String what, boolean so) {
    if (!so) {
      throw new AssertionError(what);
    }
  }

  @Override
  public List<byte[]> seeds() {
    TransportPacket v4 = TransportPacket.tcp4();
    v4.flags = 0x02;
    v4.tcpOptions = new byte[] {2, 4, 5, (byte) 0xb4, 4, 2, 1, 3, 3, 7, 1, 1};
    TransportPacket v6 = TransportPacket.tcp6();
    v6.flags = 0x12;
    v6.tcpOptions = new byte[] {1, 2, 4, 0x23, 0x28, 1, 1, 0};
    return List.of(v4.build(), v6.build());
  }

  @Override
  public int maxLength() {
    return 128;
  }

  @Override
  public int inputsInTests() {
    return 50_000;
  }

  @Override
  public void close() {
    arena.close();
  }
}
