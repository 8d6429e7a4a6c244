package io.taltun.dataplane.packet;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A TCP or UDP packet to be described field by field; complete and correct when built. */
public final class TransportPacket {
  public final boolean v6;
  public final boolean tcp;
  public int host = 1;
  public int sourcePort = 1000;
  public int destinationPort = 2000;
  public int trafficClass;
  public int flowLabel = 0xabcde;
  public int hops = 64;
  public int identification = 1;
  public int fragment = 0x4000;
  public byte[] ipOptions = {};
  public int sequence;
  public int acknowledgment = 77;
  public int flags = 0x10;
  public int window = 500;
  public int urgent;
  public byte[] tcpOptions = {};
  public byte[] payload = {};

  public TransportPacket(boolean v6, boolean tcp) {
    this.v6 = v6;
    this.tcp = tcp;
  }

  public static TransportPacket tcp4() {
    return new TransportPacket(false, true);
  }

  public static TransportPacket udp4() {
    return new TransportPacket(false, false);
  }

  public static TransportPacket tcp6() {
    return new TransportPacket(true, true);
  }

  public static TransportPacket udp6() {
    return new TransportPacket(true, false);
  }

  /** A payload that tells every byte's place, other ones for other salts. */
  public TransportPacket payload(int length, int salt) {
    payload = new byte[length];
    for (int i = 0; i < length; i++) {
      payload[i] = (byte) (i * 31 + (i >>> 8) + salt * 7);
    }
    return this;
  }

  public int transport() {
    return v6 ? 40 : 20 + ipOptions.length;
  }

  public int headerLength() {
    return transport() + (tcp ? 20 + tcpOptions.length : 8);
  }

  public byte[] build() {
    int length = headerLength() + payload.length;
    ByteBuffer packet = ByteBuffer.allocate(length);
    if (v6) {
      packet.putInt(6 << 28 | trafficClass << 20 | flowLabel).putShort((short) (length - 40));
      packet.put((byte) (tcp ? 6 : 17)).put((byte) hops);
      packet.putLong(0xfd99_0000_0000_0000L).putLong(host);
      packet.putLong(0xfd99_0000_0000_0001L).putLong(2);
    } else {
      packet.put((byte) (0x40 | transport() / 4)).put((byte) trafficClass).putShort((short) length);
      packet.putShort((short) identification).putShort((short) fragment);
      packet.put((byte) hops).put((byte) (tcp ? 6 : 17)).putShort((short) 0);
      packet.putInt(0x0a63_0000 + host).putInt(0x0a64_0002).put(ipOptions);
    }
    packet.putShort((short) sourcePort).putShort((short) destinationPort);
    if (tcp) {
      packet.putInt(sequence).putInt(acknowledgment);
      packet.put((byte) ((20 + tcpOptions.length) / 4 << 4)).put((byte) flags);
      packet.putShort((short) window).putShort((short) 0).putShort((short) urgent).put(tcpOptions);
    } else {
      packet.putShort((short) (8 + payload.length)).putShort((short) 0);
    }
    byte[] bytes = packet.put(payload).array();
    ReferenceOffload.complete(bytes, transport(), tcp);
    return bytes;
  }

  /**
   * One packet as a kernel hands it to a TUN device with offloads: with the pseudo-header's sum
   * only.
   */
  public byte[] buildPartial() {
    byte[] bytes = build();
    ReferenceOffload.putPartial(bytes, transport(), tcp);
    return bytes;
  }

  public TransportPacket copy() {
    TransportPacket copy = new TransportPacket(v6, tcp);
    copy.host = host;
    copy.sourcePort = sourcePort;
    copy.destinationPort = destinationPort;
    copy.trafficClass = trafficClass;
    copy.flowLabel = flowLabel;
    copy.hops = hops;
    copy.identification = identification;
    copy.fragment = fragment;
    copy.ipOptions = ipOptions;
    copy.sequence = sequence;
    copy.acknowledgment = acknowledgment;
    copy.flags = flags;
    copy.window = window;
    copy.urgent = urgent;
    copy.tcpOptions = tcpOptions;
    copy.payload = Arrays.copyOf(payload, payload.length);
    return copy;
  }
}
