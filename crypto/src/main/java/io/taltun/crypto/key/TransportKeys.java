package io.taltun.crypto.key;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.TransportCipher;
import java.util.Arrays;

/**
 * The outcome of a handshake: one 32-byte key for each direction and the two indices that name the
 * session on the wire (whitepaper, section 5.4.5). Safe for use by several threads.
 */
public final class TransportKeys implements AutoCloseable {
  /** Bytes of both keys. */
  public static final int BYTES = 2 * Key32.LENGTH;

  private final int localIndex;
  private final int remoteIndex;
  private final boolean initiator;
  private final SecretBytes sending;
  private final SecretBytes receiving;

  private TransportKeys(
      int localIndex, int remoteIndex, boolean initiator, byte[] sending, byte[] receiving) {
    this.localIndex = localIndex;
    this.remoteIndex = remoteIndex;
    this.initiator = initiator;
    this.sending = new SecretBytes(sending);
    this.receiving = new SecretBytes(receiving);
  }

  /**
   * Copies the two 32-byte keys; the caller erases its own.
   *
   * @throws IllegalArgumentException when a key has another length
   */
  public static TransportKeys of(
      int localIndex, int remoteIndex, boolean initiator, byte[] sending, byte[] receiving) {
    return new TransportKeys(
        localIndex, remoteIndex, initiator, Key32.copyOf(sending), Key32.copyOf(receiving));
  }

  /** The index that the peer writes into the packets it sends us. */
  public int localIndex() {
    return localIndex;
  }

  /** The index that we write into the packets we send. */
  public int remoteIndex() {
    return remoteIndex;
  }

  /** Whether we sent the initiation. */
  public boolean initiator() {
    return initiator;
  }

  /**
   * A new cipher for what we send, owned by the caller and independent of {@link #close}.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public TransportCipher sealer(Aead aead) {
    return cipher(aead, sending);
  }

  /**
   * A new cipher for what we receive, owned by the caller and independent of {@link #close}.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public TransportCipher opener(Aead aead) {
    return cipher(aead, receiving);
  }

  /**
   * Copies of both keys for another process of this gateway: the sending one, the receiving one.
   * The caller erases them.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public byte[] copyBytes() {
    byte[] send = sending.copy();
    byte[] receive = receiving.copy();
    byte[] both = Arrays.copyOf(send, BYTES);
    System.arraycopy(receive, 0, both, Key32.LENGTH, Key32.LENGTH);
    Arrays.fill(send, (byte) 0);
    Arrays.fill(receive, (byte) 0);
    return both;
  }

  /** What {@link #copyBytes} gave, which is copied. */
  public static TransportKeys ofBytes(
      int localIndex, int remoteIndex, boolean initiator, byte[] both) {
    byte[] send = Arrays.copyOfRange(both, 0, Key32.LENGTH);
    byte[] receive = Arrays.copyOfRange(both, Key32.LENGTH, BYTES);
    try {
      return of(localIndex, remoteIndex, initiator, send, receive);
    } finally {
      Arrays.fill(send, (byte) 0);
      Arrays.fill(receive, (byte) 0);
    }
  }

  private static TransportCipher cipher(Aead aead, SecretBytes secret) {
    byte[] key = secret.copy();
    try {
      return aead.transportCipher(key);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** Erases both keys. */
  @Override
  public void close() {
    sending.erase();
    receiving.erase();
  }

  /** The indices only. */
  @Override
  public String toString() {
    return String.format("TransportKeys[local=%08x remote=%08x]", localIndex, remoteIndex);
  }
}
