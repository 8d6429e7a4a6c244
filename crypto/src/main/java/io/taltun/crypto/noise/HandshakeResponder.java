package io.taltun.crypto.noise;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.primitive.X25519;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.MessageType;
import io.taltun.crypto.wire.Response;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The responder's side of one handshake (whitepaper, sections 5.4.2 and 5.4.3): an authentic
 * initiation, and the one response to it. That the initiator is a known peer and that its timestamp
 * is greater than the last is for the caller to check in between. Used by one thread at a time.
 */
public final class HandshakeResponder implements AutoCloseable {
  private final StaticIdentity local;
  private final SymmetricState state;
  private final byte[] remoteEphemeral;
  private final byte[] remoteStatic;
  private final byte[] timestamp;
  private final int remoteIndex;
  private boolean done;

  private HandshakeResponder(
      StaticIdentity local,
      SymmetricState state,
      byte[] remoteEphemeral,
      byte[] remoteStatic,
      byte[] timestamp,
      int remoteIndex) {
    this.local = local;
    this.state = state;
    this.remoteEphemeral = remoteEphemeral;
    this.remoteStatic = remoteStatic;
    this.timestamp = timestamp;
    this.remoteIndex = remoteIndex;
  }

  /**
   * Reads an initiation of 148 bytes, whose mac1 the caller has checked: two X25519.
   *
   * @return null when it is malformed or not authentic (all-zero shared secrets included, trap 22)
   */
  public static HandshakeResponder open(StaticIdentity local, byte[] initiation148) {
    if (MessageType.of(initiation148, initiation148.length) != MessageType.INITIATION) {
      return null;
    }
    byte[] ephemeral = Arrays.copyOfRange(initiation148, Initiation.EPHEMERAL, Initiation.STATIC);
    byte[] secret = new byte[PublicKey.LENGTH];
    SymmetricState state = SymmetricState.of(local.primitives(), local.publicKey().copyBytes());
    HandshakeResponder opened = null;
    try {
      state.mixEphemeral(ephemeral);
      state.mixHash(ephemeral);
      byte[] remoteStatic =
          local.agree(ephemeral, secret)
              ? state.mixKeyAndDecrypt(
                  secret, initiation148, Initiation.STATIC, Initiation.STATIC_LENGTH)
              : null;
      byte[] timestamp =
          remoteStatic != null && local.agree(remoteStatic, secret)
              ? state.mixKeyAndDecrypt(
                  secret, initiation148, Initiation.TIMESTAMP, Initiation.TIMESTAMP_LENGTH)
              : null;
      if (timestamp != null) {
        int remoteIndex = Initiation.senderIndex(initiation148);
        opened =
            new HandshakeResponder(local, state, ephemeral, remoteStatic, timestamp, remoteIndex);
      }
      return opened;
    } finally {
      Arrays.fill(secret, (byte) 0);
      if (opened == null) {
        state.close();
      }
    }
  }

  /** Who initiates. */
  public PublicKey remoteStatic() {
    return PublicKey.of(remoteStatic);
  }

  /** The TAI64N label of the initiation, 12 bytes; a new array each time. */
  public byte[] timestamp() {
    return timestamp.clone();
  }

  /** The initiator's index for the session. */
  public int remoteIndex() {
    return remoteIndex;
  }

  /**
   * Writes a response but for its MACs: the first 60 of 92 bytes. The handshake is over then.
   *
   * @param random makes the ephemeral key; cryptographically strong outside of tests
   * @return the session, or null on an all-zero shared secret
   * @throws IllegalStateException after that or after {@link #close}
   */
  public TransportKeys writeResponse(
      PresharedKey psk, int senderIndex, RandomGenerator random, byte[] out92) {
    if (done) {
      throw new IllegalStateException("an initiation has one response");
    }
    X25519 x25519 = local.primitives().x25519();
    byte[] ephemeral = new byte[PrivateKey.LENGTH];
    byte[] ephemeralPublic = new byte[PublicKey.LENGTH];
    byte[] secret = new byte[PublicKey.LENGTH];
    byte[] presharedKey = psk.copyBytes();
    try {
      random.nextBytes(ephemeral);
      x25519.publicKey(ephemeral, ephemeralPublic);
      state.mixEphemeral(ephemeralPublic);
      state.mixHash(ephemeralPublic);
      if (!x25519.agree(ephemeral, remoteEphemeral, secret)) {
        return null;
      }
      state.mixSecret(secret);
      if (!x25519.agree(ephemeral, remoteStatic, secret)) {
        return null;
      }
      state.mixSecret(secret);
      state.mixKeyAndHash(presharedKey);
      Response.putHeader(out92, senderIndex, remoteIndex);
      System.arraycopy(ephemeralPublic, 0, out92, Response.EPHEMERAL, PublicKey.LENGTH);
      state.encryptAndHash(new byte[0], out92, Response.EMPTY);
      return state.split(senderIndex, remoteIndex, false);
    } finally {
      Arrays.fill(ephemeral, (byte) 0);
      Arrays.fill(secret, (byte) 0);
      Arrays.fill(presharedKey, (byte) 0);
      close();
    }
  }

  /** Erases the state; a second call does nothing. */
  @Override
  public void close() {
    done = true;
    state.close();
  }
}
