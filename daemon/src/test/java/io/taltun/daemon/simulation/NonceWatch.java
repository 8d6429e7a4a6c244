package io.taltun.daemon.simulation;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.TransportCipher;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Stands between the protocol and its AEAD and knows every key of every device: under one key no
 * nonce is sealed with twice, one device alone seals, and no counter reaches the limit. One for a
 * world.
 */
final class NonceWatch {
  /** REJECT_AFTER_MESSAGES, whitepaper section 6.1: 2^64 − 2^13 − 1, unsigned. */
  private static final long REJECT_AFTER_MESSAGES = -(1L << 13) - 1;

  private final Map<Key, Direction> directions = new HashMap<>();
  private final Set<Key> handshakeKeys = new HashSet<>();
  private final int[] openCiphers;

  NonceWatch(int hosts) {
    openCiphers = new int[hosts];
  }

  /** Ciphers of a device that hold a key. */
  int openCiphers(int host) {
    return openCiphers[host];
  }

  /** The engine as one device uses it. */
  Aead watched(Aead engine, int host) {
    return new WatchedAead(engine, host);
  }

  private record Key(long first, long second, long third, long fourth) {
    static Key of(byte[] key32) {
      return new Key(
          (long) Mixer.LONG.get(key32, 0),
          (long) Mixer.LONG.get(key32, 8),
          (long) Mixer.LONG.get(key32, 16),
          (long) Mixer.LONG.get(key32, 24));
    }
  }

  /** One key of a session: one device seals with it, one opens. */
  static final class Direction {
    private static final int NOBODY = -1;

    private int sealer = NOBODY;
    private long nextCounter;

    /** Whether that device sealed a message of that counter. */
    boolean sealedBy(int host, long counter) {
      return sealer == host && Long.compareUnsigned(counter, nextCounter) < 0;
    }

    private void seal(int host, long counter) {
      if (sealer != NOBODY && sealer != host) {
        throw new Violation("devices %d and %d seal with one key".formatted(sealer, host));
      }
      // One worker seals, so counters rise.
      if (Long.compareUnsigned(counter, nextCounter) < 0) {
        throw new Violation(
            "nonce twice: counter %s of device %d".formatted(Long.toUnsignedString(counter), host));
      }
      if (Long.compareUnsigned(counter, REJECT_AFTER_MESSAGES) >= 0) {
        throw new Violation("sealed past REJECT_AFTER_MESSAGES by device " + host);
      }
      sealer = host;
      nextCounter = counter + 1;
    }
  }

  private final class WatchedAead implements Aead {
    private final Aead engine;
    private final int host;

    WatchedAead(Aead engine, int host) {
      this.engine = engine;
      this.host = host;
    }

    @Override
    public String engine() {
      return engine.engine();
    }

    @Override
    public TransportCipher transportCipher(byte[] key32) {
      Direction direction = directions.computeIfAbsent(Key.of(key32), key -> new Direction());
      openCiphers[host]++;
      return new WatchedCipher(engine.transportCipher(key32), direction, host);
    }

    /** Every key of a handshake seals once. */
    @Override
    public void seal(
        byte[] key32, long counter, byte[] aad, byte[] plaintext, byte[] out, int outOffset) {
      if (!handshakeKeys.add(Key.of(key32))) {
        throw new Violation("nonce twice: a handshake's key of device " + host);
      }
      engine.seal(key32, counter, aad, plaintext, out, outOffset);
    }

    @Override
    public boolean open(
        byte[] key32,
        long counter,
        byte[] aad,
        byte[] in,
        int inOffset,
        int inLength,
        byte[] out,
        int outOffset) {
      return engine.open(key32, counter, aad, in, inOffset, inLength, out, outOffset);
    }
  }

  /** A transport cipher that can be asked what it is for. */
  final class WatchedCipher implements TransportCipher {
    private final TransportCipher cipher;
    private final Direction direction;
    private final int host;
    private boolean closed;

    private WatchedCipher(TransportCipher cipher, Direction direction, int host) {
      this.cipher = cipher;
      this.direction = direction;
      this.host = host;
    }

    Direction direction() {
      return direction;
    }

    @Override
    public void seal(long counter, long plaintext, int length, long ciphertext) {
      direction.seal(host, counter);
      cipher.seal(counter, plaintext, length, ciphertext);
    }

    @Override
    public boolean open(long counter, long ciphertext, int length, long plaintext) {
      return cipher.open(counter, ciphertext, length, plaintext);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        openCiphers[host]--;
        cipher.close();
      }
    }
  }
}
