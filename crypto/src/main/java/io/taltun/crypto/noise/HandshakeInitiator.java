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
 * The initiator's side of one handshake attempt (whitepaper, sections 5.4.2 and 5.4.3): one
 * initiation goes out, and the first authentic response ends it. A retry is a new object. Used by
 * one thread at a time.
 */
public final class HandshakeInitiator implements AutoCloseable {
  private final StaticIdentity local;
  private final byte[] remoteStatic;
  private final byte[] psk;
  private final byte[] ephemeral = new byte[PrivateKey.LENGTH];
  private final SymmetricState state;
  private int senderIndex;
  private Stage stage = Stage.CREATED;

  private enum Stage {
    CREATED,
    INITIATION_WRITTEN,
    DONE
  }

  /**
   * Copies the preshared key.
   *
   * @param random makes the ephemeral key; cryptographically strong outside of tests
   */
  public HandshakeInitiator(
      StaticIdentity local, PublicKey remoteStatic, PresharedKey psk, RandomGenerator random) {
    this.local = local;
    this.remoteStatic = remoteStatic.copyBytes();
    this.psk = psk.copyBytes();
    random.nextBytes(ephemeral);
    this.state = SymmetricState.of(local.primitives(), this.remoteStatic);
  }

  /**
   * Writes an initiation but for its MACs: the first 116 of 148 bytes.
   *
   * @param tai64n12 from {@link Tai64n#next}
   * @return false when the remote static key is of low order (trap 22); the attempt is over then
   * @throws IllegalStateException when it was called before
   */
  public boolean writeInitiation(int senderIndex, byte[] tai64n12, byte[] out148) {
    try (StaticSecret secret = new StaticSecret(local, remoteStatic)) {
      return writeInitiation(senderIndex, tai64n12, secret, out148);
    }
  }

  /**
   * The same with what {@link StaticIdentity#secretWith} made of the remote static key before.
   *
   * @throws IllegalStateException when it was called before
   */
  public boolean writeInitiation(
      int senderIndex, byte[] tai64n12, StaticSecret staticSecret, byte[] out148) {
    if (stage != Stage.CREATED) {
      throw new IllegalStateException("an attempt has one initiation");
    }
    this.senderIndex = senderIndex;
    byte[] ephemeralPublic = new byte[PublicKey.LENGTH];
    byte[] secret = new byte[PublicKey.LENGTH];
    boolean agreed;
    try (X25519.PreparedKey key = local.primitives().x25519().prepare(ephemeral)) {
      key.publicKey(ephemeralPublic);
      agreed = key.agree(remoteStatic, secret) && staticSecret.agreed();
    }
    if (agreed) {
      state.mixEphemeral(ephemeralPublic);
      state.mixHash(ephemeralPublic);
      Initiation.putHeader(out148, senderIndex);
      System.arraycopy(ephemeralPublic, 0, out148, Initiation.EPHEMERAL, PublicKey.LENGTH);
      state.mixKey(secret);
      state.encryptAndHash(local.publicKey().copyBytes(), out148, Initiation.STATIC);
      state.mixKey(staticSecret.bytes());
      state.encryptAndHash(tai64n12, out148, Initiation.TIMESTAMP);
      stage = Stage.INITIATION_WRITTEN;
    } else {
      close();
    }
    Arrays.fill(secret, (byte) 0);
    return agreed;
  }

  /**
   * Reads a response of 92 bytes, whose mac1 the caller has checked.
   *
   * @return the session, or null when the response is malformed, not for this attempt or not
   *     authentic (all-zero shared secrets included); the state is unchanged then, and an authentic
   *     response can still follow. Null too once the attempt is over.
   */
  public TransportKeys readResponse(byte[] response92) {
    if (stage != Stage.INITIATION_WRITTEN
        || MessageType.of(response92, response92.length) != MessageType.RESPONSE
        || Response.receiverIndex(response92) != senderIndex) {
      return null;
    }
    byte[] remoteEphemeral = Arrays.copyOfRange(response92, Response.EPHEMERAL, Response.EMPTY);
    byte[] secret = new byte[PublicKey.LENGTH];
    try (SymmetricState trial = state.copy()) {
      trial.mixEphemeral(remoteEphemeral);
      trial.mixHash(remoteEphemeral);
      if (!local.primitives().x25519().agree(ephemeral, remoteEphemeral, secret)) {
        return null;
      }
      trial.mixSecret(secret);
      if (!local.agree(remoteEphemeral, secret)) {
        return null;
      }
      trial.mixSecret(secret);
      trial.mixKeyAndHash(psk);
      if (trial.decryptAndHash(response92, Response.EMPTY, Response.EMPTY_LENGTH) == null) {
        return null;
      }
      TransportKeys keys = trial.split(senderIndex, Response.senderIndex(response92), true);
      close();
      return keys;
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** Erases the ephemeral key, the preshared key and the state; a second call does nothing. */
  @Override
  public void close() {
    stage = Stage.DONE;
    Arrays.fill(ephemeral, (byte) 0);
    Arrays.fill(psk, (byte) 0);
    state.close();
  }
}
