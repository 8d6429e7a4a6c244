package io.taltun.daemon.state;

import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.dataplane.udp.Endpoint;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The bytes of a state file: a header, then records, of which later ones replace earlier ones of
 * the same peer. Big-endian.
 *
 * <pre>
 *   header:  0 magic "TALTUNST" (8) | 8 version (4) | 12 CRC32C of the 12 before (4)
 *   record:  0 bytes of the body (4) | 4 CRC32C of length and body (4) | 8 body
 *
 *   body PEER:     1 | key (32) | family 0, 4 or 6 (1) | address (16) | port (2) | scope (4)
 *                  | has a timestamp (1) | TAI64N (12) | bytes of what was configured (2) | UTF-8
 *   body REMOVED:  2 | key (32)
 *   body SENT:     3 | TAI64N (12)
 * </pre>
 */
final class StateFormat {
  static final int VERSION = 1;
  static final int HEADER_BYTES = 16;

  /** Longer than any body: a name of 254 characters and a port behind 70 fixed bytes. */
  static final int MOST_BODY_BYTES = 1024;

  private static final byte[] MAGIC = "TALTUNST".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION_AT = 8;
  private static final int HEADER_CHECK_AT = 12;
  private static final int RECORD_HEADER_BYTES = 8;

  /** 2^62 is 1970; no clock is tens of thousands of years away. */
  private static final long LATEST_SECONDS = 1L << 62;

  private static final long NANOSECONDS_PER_SECOND = 1_000_000_000;
  private static final byte PEER = 1;
  private static final byte REMOVED = 2;
  private static final byte SENT = 3;
  private static final byte NOWHERE = 0;
  private static final byte IPV4 = 4;
  private static final byte IPV6 = 6;

  private StateFormat() {}

  // Writing.

  /** A whole file. */
  static byte[] whole(Collection<PeerRecord> peers, byte[] sent) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header());
    peers.forEach(peer -> out.writeBytes(peer(peer)));
    if (sent != null) {
      out.writeBytes(sent(sent));
    }
    return out.toByteArray();
  }

  static byte[] header() {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).putInt(VERSION);
    return header.putInt(check(header.array(), 0, HEADER_CHECK_AT)).array();
  }

  static byte[] peer(PeerRecord peer) {
    byte[] configured = peer.configured().getBytes(StandardCharsets.UTF_8);
    ByteBuffer body = ByteBuffer.allocate(MOST_BODY_BYTES);
    body.put(PEER).put(peer.publicKey().copyBytes());
    put(body, peer.endpoint());
    body.put((byte) (peer.timestamp() == null ? 0 : 1));
    body.put(peer.timestamp() == null ? new byte[Tai64n.LENGTH] : peer.timestamp());
    body.putShort((short) configured.length).put(configured);
    return record(body);
  }

  private static void put(ByteBuffer body, Endpoint endpoint) {
    if (endpoint == null) {
      body.put(NOWHERE).putLong(0).putLong(0).putShort((short) 0).putInt(0);
    } else if (endpoint.isIpv4()) {
      body.put(IPV4).putLong(0).putLong(endpoint.ipv4() & 0xffff_ffffL);
      body.putShort((short) endpoint.port()).putInt(0);
    } else {
      body.put(IPV6).putLong(endpoint.ipv6High()).putLong(endpoint.ipv6Low());
      body.putShort((short) endpoint.port()).putInt(endpoint.scopeId());
    }
  }

  static byte[] removed(PublicKey peer) {
    ByteBuffer body = ByteBuffer.allocate(1 + PublicKey.LENGTH);
    return record(body.put(REMOVED).put(peer.copyBytes()));
  }

  static byte[] sent(byte[] timestamp) {
    return record(ByteBuffer.allocate(1 + Tai64n.LENGTH).put(SENT).put(timestamp));
  }

  private static byte[] record(ByteBuffer body) {
    int bytes = body.position();
    ByteBuffer record = ByteBuffer.allocate(RECORD_HEADER_BYTES + bytes);
    record.putInt(bytes).putInt(0).put(body.array(), 0, bytes);
    return record.putInt(4, check(record)).array();
  }

  // Reading.

  /** Reads what is intact, whatever the bytes are. */
  static LoadedState read(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file);
    if (file.length < HEADER_BYTES
        || check(file, 0, HEADER_CHECK_AT) != in.getInt(HEADER_CHECK_AT)
        || !ByteBuffer.wrap(MAGIC).equals(in.slice(0, MAGIC.length))) {
      return LoadedState.damaged(Map.of(), null, 0);
    }
    int version = in.getInt(VERSION_AT);
    if (version != VERSION) {
      return LoadedState.ofVersion(version);
    }
    Map<PublicKey, PeerRecord> peers = new LinkedHashMap<>();
    byte[] sent = null;
    in.position(HEADER_BYTES);
    while (in.hasRemaining()) {
      int at = in.position();
      ByteBuffer body = nextBody(in);
      if (body == null) {
        return LoadedState.damaged(peers, sent, at);
      }
      try {
        switch (body.get()) {
          case PEER -> {
            PeerRecord peer = readPeer(body);
            peers.put(peer.publicKey(), peer);
          }
          case REMOVED -> peers.remove(readKey(body));
          case SENT -> sent = readLabel(body);
          default -> {
            return LoadedState.damaged(peers, sent, at);
          }
        }
      } catch (BufferUnderflowException | IllegalArgumentException e) {
        // Its check is right and its content is not: made on purpose.
        return LoadedState.damaged(peers, sent, at);
      }
    }
    return LoadedState.intact(peers, sent, file.length);
  }

  /** The next record's body, or null when there is no intact one. */
  private static ByteBuffer nextBody(ByteBuffer in) {
    int at = in.position();
    if (in.remaining() < RECORD_HEADER_BYTES) {
      return null;
    }
    int bytes = in.getInt(at);
    if (bytes < 1 || bytes > MOST_BODY_BYTES || in.remaining() < RECORD_HEADER_BYTES + bytes) {
      return null;
    }
    ByteBuffer record = in.slice(at, RECORD_HEADER_BYTES + bytes);
    if (record.getInt(4) != check(record)) {
      return null;
    }
    in.position(at + RECORD_HEADER_BYTES + bytes);
    return record.slice(RECORD_HEADER_BYTES, bytes);
  }

  private static PeerRecord readPeer(ByteBuffer body) {
    PublicKey key = readKey(body);
    byte family = body.get();
    long high = body.getLong();
    long low = body.getLong();
    int port = Short.toUnsignedInt(body.getShort());
    int scope = body.getInt();
    boolean answered = body.get() != 0;
    byte[] timestamp = readLabel(body);
    byte[] configured = new byte[Short.toUnsignedInt(body.getShort())];
    body.get(configured);
    return new PeerRecord(
        key,
        switch (family) {
          case IPV4 -> Endpoint.ofIpv4((int) low, port);
          case IPV6 -> Endpoint.ofIpv6(high, low, port, scope);
          default -> null;
        },
        new String(configured, StandardCharsets.UTF_8),
        answered ? timestamp : null);
  }

  private static PublicKey readKey(ByteBuffer body) {
    byte[] key = new byte[PublicKey.LENGTH];
    body.get(key);
    return PublicKey.of(key);
  }

  private static byte[] readLabel(ByteBuffer body) {
    byte[] label = new byte[Tai64n.LENGTH];
    body.get(label);
    ByteBuffer words = ByteBuffer.wrap(label);
    if (words.getLong() >>> 40 > LATEST_SECONDS >>> 40
        || Integer.toUnsignedLong(words.getInt()) >= NANOSECONDS_PER_SECOND) {
      throw new IllegalArgumentException("not a TAI64N label");
    }
    return label;
  }

  private static int check(ByteBuffer record) {
    CRC32C check = new CRC32C();
    check.update(record.slice(0, 4));
    check.update(record.slice(RECORD_HEADER_BYTES, record.capacity() - RECORD_HEADER_BYTES));
    return (int) check.getValue();
  }

  private static int check(byte[] bytes, int from, int length) {
    CRC32C check = new CRC32C();
    check.update(bytes, from, length);
    return (int) check.getValue();
  }
}
