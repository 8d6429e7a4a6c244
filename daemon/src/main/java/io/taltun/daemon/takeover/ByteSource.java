package io.taltun.daemon.takeover;

import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads what a {@link ByteSink} wrote. */
final class ByteSource {
  private final ByteBuffer bytes;

  ByteSource(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  /** Reads one value. */
  @FunctionalInterface
  interface Part<T> {
    T read() throws TakeoverException;
  }

  /** Reads a whole message with it, to its end. */
  static <T> T whole(byte[] message, Reader<T> reader) throws TakeoverException {
    ByteSource source = new ByteSource(message);
    try {
      T value = reader.read(source);
      if (source.bytes.hasRemaining()) {
        throw new TakeoverException("the other process's message is longer than it says");
      }
      return value;
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new TakeoverException("the other process's message cannot be read", e);
    }
  }

  /** Reads a message. */
  @FunctionalInterface
  interface Reader<T> {
    T read(ByteSource source) throws TakeoverException;
  }

  int getByte() {
    return bytes.get();
  }

  boolean getBoolean() {
    return bytes.get() != 0;
  }

  int getInt() {
    return bytes.getInt();
  }

  long getLong() {
    return bytes.getLong();
  }

  byte[] getRaw(int length) throws TakeoverException {
    byte[] value = new byte[checked(length)];
    bytes.get(value);
    return value;
  }

  /** No length that the rest of the message cannot hold is believed. */
  private int checked(int length) throws TakeoverException {
    if (length < 0 || length > bytes.remaining()) {
      throw new TakeoverException("the other process's message is shorter than it says");
    }
    return length;
  }

  byte[] getBytes() throws TakeoverException {
    return getRaw(bytes.getInt());
  }

  String getText() throws TakeoverException {
    return new String(getBytes(), StandardCharsets.UTF_8);
  }

  long[] getLongs(int count) throws TakeoverException {
    checked(count > bytes.remaining() / Long.BYTES ? -1 : count);
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = bytes.getLong();
    }
    return values;
  }

  <T> List<T> getAll(Part<T> part) throws TakeoverException {
    int count = checked(bytes.getInt());
    List<T> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(part.read());
    }
    return values;
  }

  Endpoint getEndpoint() {
    int family = bytes.get();
    if (family == 0) {
      return null;
    }
    boolean ipv4 = family == 4;
    Endpoint endpoint;
    if (ipv4) {
      int address = bytes.getInt();
      endpoint = Endpoint.ofIpv4(address, bytes.getInt());
    } else {
      long high = bytes.getLong();
      long low = bytes.getLong();
      int scope = bytes.getInt();
      endpoint = Endpoint.ofIpv6(high, low, bytes.getInt(), scope);
    }
    if (!getBoolean()) {
      return endpoint;
    }
    long high = bytes.getLong();
    long low = bytes.getLong();
    int index = bytes.getInt();
    return endpoint.at(
        ipv4 ? LocalAddress.ofIpv4((int) low, index) : LocalAddress.ofIpv6(high, low, index));
  }
}
