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
 * The responder's side of one handshake (whitepaper, sections 5.4.2 and 5.4.3): {@link #read} tells
 * who initiates, {@link #authenticate} whether that is true, {@link #writeResponse} answers. That
 * the initiator is a known peer and that its timestamp is greater than the last is for the caller
 * to check in between. Used by one thread at a time.
 */
public final class HandshakeResponder implements AutoCloseable {
  private final StaticIdentity local;
  private final SymmetricState state;
  private final byte[] remoteEphemeral;
  private final byte[] remoteStatic;
  private final byte[] encryptedTimestamp;
  private final int remoteIndex;

  /** Null until the initiation is authentic. */
  private byte[] timestamp;

  private boolean done;

  private HandshakeResponder(
      StaticIdentity local,
      SymmetricState state,
      byte[] remoteEphemeral,
      byte[] remoteStatic,
      byte[] encryptedTimestamp,
      int remoteIndex) {
    this.local = local;
    this.state = state;
    this.remoteEphemeral = remoteEphemeral;
    this.remoteStatic = remoteStatic;
    this.encryptedTimestamp = encryptedTimestamp;
    this.remoteIndex = remoteIndex;
  }

  /**
   * Reads who sent an initiation of 148 bytes, whose mac1 the caller has checked: one X25519.
   *
   * @return null when it is malformed or not authentic (an all-zero shared secret included, trap
   *     22)
   */
  public static HandshakeResponder read(StaticIdentity local, byte[] initiation148) {
    if (MessageType.of(initiation148, initiation148.length) != MessageType.INITIATION) {
      return null;
    }
    byte[] ephemeral = Arrays.copyOfRange(initiation148, Initiation.EPHEMERAL, Initiation.STATIC);
    byte[] secret = new byte[PublicKey.LENGTH];
    if (!local.agree(ephemeral, secret)) {
      return null;
    }
    SymmetricState state = local.asResponder();
    state.mixEphemeral(ephemeral);
    state.mixHash(ephemeral);
    byte[] remoteStatic =
        state.mixKeyAndDecrypt(secret, initiation148, Initiation.STATIC, Initiation.STATIC_LENGTH);
    Arrays.fill(secret, (byte) 0);
    if (remoteStatic == null) {
      state.close();
      return null;
    }
    byte[] timestamp = Arrays.copyOfRange(initiation148, Initiation.TIMESTAMP, Initiation.MAC1);
    int remoteIndex = Initiation.senderIndex(initiation148);
    return new HandshakeResponder(local, state, ephemeral, remoteStatic, timestamp, remoteIndex);
  }

  /**
   * {@link #read} and {@link #authenticate} of an initiator whose static secret is not at hand.
   *
   * @return null when it is malformed or not authentic
   */
  public static HandshakeResponder open(StaticIdentity local, byte[] initiation148) {
    HandshakeResponder initiation = read(local, initiation148);
    if (initiation == null) {
      return null;
    }
    try (StaticSecret secret = new StaticSecret(local, initiation.remoteStatic)) {
      return initiation.authenticate(secret) ? initiation : null;
    }
  }

  /**
   * Proves that whoever made the initiation has the private key of {@link #remoteStatic}.
   *
   * @param secret that of the two static keys
   * @return false when it has not; the handshake is over then
   * @throws IllegalStateException after the first call
   */
  public boolean authenticate(StaticSecret secret) {
    if (done || timestamp != null) {
      throw new IllegalStateException("an initiation is authenticated once");
    }
    if (secret.agreed()) {
      timestamp =
          state.mixKeyAndDecrypt(secret.bytes(), encryptedTimestamp, 0, encryptedTimestamp.length);
    }
    if (timestamp == null) {
      close();
    }
    return timestamp != null;
  }

  /** Who is said to initiate; proven by {@link #authenticate}. */
  public PublicKey remoteStatic() {
    return PublicKey.of(remoteStatic);
  }

  /** The TAI64N label of the authentic initiation, 12 bytes; a new array each time. */
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
   * @throws IllegalStateException after that, after {@link #close} or before {@link #authenticate}
   */
  public TransportKeys writeResponse(
      PresharedKey psk, int senderIndex, RandomGenerator random, byte[] out92) {
    if (done || timestamp == null) {
      throw new IllegalStateException("an authentic initiation has one response");
    }
    byte[] ephemeral = new byte[PrivateKey.LENGTH];
    byte[] ephemeralPublic = new byte[PublicKey.LENGTH];
    byte[] secret = new byte[PublicKey.LENGTH];
    byte[] presharedKey = psk.copyBytes();
    random.nextBytes(ephemeral);
    try (X25519.PreparedKey key = local.primitives().x25519().prepare(ephemeral)) {
      key.publicKey(ephemeralPublic);
      state.mixEphemeral(ephemeralPublic);
      state.mixHash(ephemeralPublic);
      if (!key.agree(remoteEphemeral, secret)) {
        return null;
      }
      state.mixSecret(secret);
      if (!key.agree(remoteStatic, secret)) {
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
