package io.taltun.dataplane.path;

import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** Somebody on the way: takes datagrams in, keeps them, and sends any bytes anywhere. */
final class Tap implements AutoCloseable {
  private final DatagramSocket socket;

  Tap() {
    try {
      socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
      socket.setSoTimeout(10_000);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Endpoint endpoint() {
    return Endpoint.of((InetSocketAddress) socket.getLocalSocketAddress())
        .at(LocalAddress.ofIpv4(0x7f00_0001, 1));
  }

  /** Marks what it sends from now on, as a congested router does. */
  void markNext(int ecn) {
    try {
      socket.setTrafficClass(ecn);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] capture() {
    DatagramPacket packet = new DatagramPacket(new byte[65_507], 65_507);
    try {
      socket.receive(packet);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  void inject(Side to, byte[]... datagrams) {
    for (byte[] datagram : datagrams) {
      try {
        socket.send(new DatagramPacket(datagram, datagram.length, to.ipv4().toSocketAddress()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
