package io.taltun.daemon.takeover;

import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Consumer;

/** Writes values one behind the other, big-endian; leaves no copy of them but the one it gives. */
final class ByteSink {
  private ByteBuffer bytes = ByteBuffer.allocate(4096);

  private ByteBuffer room(int more) {
    if (bytes.remaining() < more) {
      ByteBuffer larger =
          ByteBuffer.allocate(Math.max(2 * bytes.capacity(), bytes.position() + more));
      larger.put(bytes.flip());
      Arrays.fill(bytes.array(), (byte) 0);
      bytes = larger;
    }
    return bytes;
  }

  ByteSink putByte(int value) {
    room(1).put((byte) value);
    return this;
  }

  ByteSink putBoolean(boolean value) {
    return putByte(value ? 1 : 0);
  }

  ByteSink putInt(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  ByteSink putLong(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  /** Without a length: the reader knows it. */
  ByteSink putRaw(byte[] value) {
    room(value.length).put(value);
    return this;
  }

  ByteSink putBytes(byte[] value) {
    return putInt(value.length).putRaw(value);
  }

  ByteSink putText(String value) {
    return putBytes(value.getBytes(StandardCharsets.UTF_8));
  }

  /** Without a length: the reader knows it. */
  ByteSink putLongs(long[] values) {
    for (long value : values) {
      putLong(value);
    }
    return this;
  }

  <T> ByteSink putAll(Collection<T> values, Consumer<T> each) {
    putInt(values.size());
    values.forEach(each);
    return this;
  }

  ByteSink putEndpoint(Endpoint endpoint) {
    if (endpoint == null) {
      return putByte(0);
    }
    putByte(endpoint.isIpv4() ? 4 : 6);
    if (endpoint.isIpv4()) {
      putInt(endpoint.ipv4());
    } else {
      putLong(endpoint.ipv6High()).putLong(endpoint.ipv6Low()).putInt(endpoint.scopeId());
    }
    putInt(endpoint.port());
    LocalAddress local = endpoint.local();
    putBoolean(local != null && !local.givenUp());
    if (local != null && !local.givenUp()) {
      putLong(local.high()).putLong(local.low()).putInt(local.interfaceIndex());
    }
    return this;
  }

  /** What was written, the caller's to erase; the sink is empty then. */
  byte[] take() {
    byte[] taken = Arrays.copyOf(bytes.array(), bytes.position());
    Arrays.fill(bytes.array(), (byte) 0);
    bytes.clear();
    return taken;
  }
}
