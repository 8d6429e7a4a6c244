package io.taltun.crypto.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.taltun.crypto.primitive.Rfc7693;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * The handshake as the whitepaper's sections 5.4.2 to 5.4.5 write it, line after line, each message
 * from its formulas: one straight function a message, sharing no code with what it judges.
 *
 * <p>A null private key stands for a public key of zeros, with which every secret is all zero.
 */
final class Whitepaper {
  static final byte[] NOTHING = {};

  /** What is left of the formulas after a message. */
  byte[] c;

  byte[] h;
  byte[] ephemeralPrivate;
  byte[] ephemeralPublic;

  /** What reading a message found. */
  byte[] remoteStatic;

  byte[] remoteEphemeral;
  byte[] timestamp;
  byte[] sending;
  byte[] receiving;

  /** msg, 148 bytes with both MACs (mac2 zero). */
  byte[] writeInitiation(
      byte[] sPriv, byte[] rPub, byte[] ePriv, int senderIndex, byte[] timestamp12) {
    begin(rPub);
    ephemeralPrivate = ePriv;
    ephemeralPublic = dhBase(ePriv);
    c = kdf(c, ephemeralPublic, 1)[0];
    h = hash(cat(h, ephemeralPublic));
    byte[][] ck = kdf(c, dh(ePriv, rPub), 2);
    final byte[] encryptedStatic = aead(ck[1], dhBase(sPriv), h);
    h = hash(cat(h, encryptedStatic));
    ck = kdf(ck[0], dh(sPriv, rPub), 2);
    c = ck[0];
    final byte[] encryptedTimestamp = aead(ck[1], timestamp12, h);
    h = hash(cat(h, encryptedTimestamp));
    byte[] alpha =
        cat(le(1), le(senderIndex), ephemeralPublic, encryptedStatic, encryptedTimestamp);
    return cat(alpha, mac1(rPub, alpha), new byte[16]);
  }

  /** The responder's half of the same section. */
  void readInitiation(byte[] sPriv, byte[] message) {
    begin(dhBase(sPriv));
    remoteEphemeral = Arrays.copyOfRange(message, 8, 40);
    c = kdf(c, remoteEphemeral, 1)[0];
    h = hash(cat(h, remoteEphemeral));
    byte[][] ck = kdf(c, dh(sPriv, remoteEphemeral), 2);
    byte[] encryptedStatic = Arrays.copyOfRange(message, 40, 88);
    remoteStatic = unaead(ck[1], encryptedStatic, h);
    h = hash(cat(h, encryptedStatic));
    ck = kdf(ck[0], dh(sPriv, remoteStatic), 2);
    c = ck[0];
    byte[] encryptedTimestamp = Arrays.copyOfRange(message, 88, 116);
    timestamp = unaead(ck[1], encryptedTimestamp, h);
    h = hash(cat(h, encryptedTimestamp));
  }

  /** msg, 92 bytes with both MACs (mac2 zero). */
  byte[] writeResponse(byte[] ePriv, byte[] psk, int senderIndex, int receiverIndex) {
    byte[] ePub = dhBase(ePriv);
    c = kdf(c, ePub, 1)[0];
    h = hash(cat(h, ePub));
    c = kdf(c, dh(ePriv, remoteEphemeral), 1)[0];
    c = kdf(c, dh(ePriv, remoteStatic), 1)[0];
    byte[][] ctk = kdf(c, psk, 3);
    c = ctk[0];
    h = hash(cat(h, ctk[1]));
    byte[] empty = aead(ctk[2], NOTHING, h);
    byte[][] keys = kdf(c, NOTHING, 2);
    receiving = keys[0];
    sending = keys[1];
    byte[] alpha = cat(le(2), le(senderIndex), le(receiverIndex), ePub, empty);
    return cat(alpha, mac1(remoteStatic, alpha), new byte[16]);
  }

  /** The initiator's half of the same section. */
  void readResponse(byte[] sPriv, byte[] psk, byte[] message) {
    byte[] ePub = Arrays.copyOfRange(message, 12, 44);
    c = kdf(c, ePub, 1)[0];
    h = hash(cat(h, ePub));
    c = kdf(c, dh(ephemeralPrivate, ePub), 1)[0];
    c = kdf(c, dh(sPriv, ePub), 1)[0];
    byte[][] ctk = kdf(c, psk, 3);
    c = ctk[0];
    h = hash(cat(h, ctk[1]));
    unaead(ctk[2], Arrays.copyOfRange(message, 44, 60), h);
    byte[][] keys = kdf(c, NOTHING, 2);
    sending = keys[0];
    receiving = keys[1];
  }

  private void begin(byte[] responderStatic) {
    c = hash("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s".getBytes(US_ASCII));
    h = hash(cat(c, "WireGuard v1 zx2c4 Jason@zx2c4.com".getBytes(US_ASCII)));
    h = hash(cat(h, responderStatic));
  }

  static byte[] mac1(byte[] receiverStatic, byte[] alpha) {
    byte[] key = hash(cat("mac1----".getBytes(US_ASCII), receiverStatic));
    return Rfc7693.blake2s(16, key, alpha);
  }

  static byte[] hash(byte[] input) {
    return Rfc7693.blake2s(32, NOTHING, input);
  }

  /** Kdf_n: T0 = Hmac(key, input), Ti = Hmac(T0, T(i-1) || i). */
  static byte[][] kdf(byte[] key, byte[] input, int n) {
    byte[] t0 = Rfc7693.hmac(key, input);
    byte[][] t = new byte[n][];
    for (int i = 0; i < n; i++) {
      t[i] = Rfc7693.hmac(t0, cat(i == 0 ? NOTHING : t[i - 1], new byte[] {(byte) (i + 1)}));
    }
    return t;
  }

  static byte[] dhBase(byte[] scalar) {
    byte[] out = new byte[32];
    if (scalar != null) {
      X25519.scalarMultBase(scalar, 0, out, 0);
    }
    return out;
  }

  static byte[] dh(byte[] scalar, byte[] point) {
    byte[] out = new byte[32];
    if (scalar != null) {
      X25519.scalarMult(scalar, 0, point, 0, out, 0);
    }
    return out;
  }

  static byte[] aead(byte[] key, byte[] plaintext, byte[] aad) {
    return run(true, key, plaintext, aad);
  }

  static byte[] unaead(byte[] key, byte[] ciphertext, byte[] aad) {
    return run(false, key, ciphertext, aad);
  }

  private static byte[] run(boolean encrypt, byte[] key, byte[] in, byte[] aad) {
    ChaCha20Poly1305 mode = new ChaCha20Poly1305();
    mode.init(encrypt, new AEADParameters(new KeyParameter(key), 128, new byte[12], aad));
    byte[] out = new byte[mode.getOutputSize(in.length)];
    try {
      mode.doFinal(out, mode.processBytes(in, 0, in.length, out, 0));
    } catch (InvalidCipherTextException e) {
      throw new AssertionError("the oracle cannot open what it was given", e);
    }
    return out;
  }

  static byte[] le(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  static byte[] cat(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }
}
