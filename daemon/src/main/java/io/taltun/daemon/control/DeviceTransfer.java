package io.taltun.daemon.control;

import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.peer.CookieSecret;
import io.taltun.daemon.peer.PeerTransfer;
import io.taltun.dataplane.session.SessionTransfer;
import io.taltun.dataplane.udp.Endpoint;
import java.util.Arrays;
import java.util.List;

/**
 * Everything that a gateway's next process goes on from. Holds keys: {@link #erase} it.
 *
 * @param publicKey our own
 * @param timestamp the latest TAI64N label that we sent, 12 bytes
 * @param cookies null for none
 */
public record DeviceTransfer(
    PublicKey publicKey, byte[] timestamp, CookieSecret cookies, List<PeerPart> peers) {

  /**
   * One peer.
   *
   * @param presharedKey 32 bytes, zeros for none
   * @param configured what the configuration says of its endpoint, empty for nothing
   * @param endpoint where it is; null while nobody knows
   * @param lastHandshakeEpochNs wall clock; 0 for never
   * @param presence as {@code Presence} copies it
   * @param sessions of {@link PeerTransfer#lives}, in their order
   * @param lanes the workers', then the control thread's
   * @param waiting the packets that wait for a session, by worker, oldest first
   */
  public record PeerPart(
      PublicKey publicKey,
      byte[] presharedKey,
      String configured,
      Endpoint endpoint,
      long lastHandshakeEpochNs,
      long[] presence,
      PeerTransfer protocol,
      List<SessionPart> sessions,
      List<long[]> lanes,
      List<List<byte[]>> waiting) {
    /** Who it is. */
    @Override
    public String toString() {
      return "PeerPart[" + publicKey + "]";
    }
  }

  /**
   * One session.
   *
   * @param keys 64 bytes
   */
  public record SessionPart(byte[] keys, SessionTransfer state) {
    /** Nothing that is secret. */
    @Override
    public String toString() {
      return "SessionPart[]";
    }
  }

  /** Overwrites the keys. */
  public void erase() {
    if (cookies != null) {
      Arrays.fill(cookies.secret(), (byte) 0);
    }
    for (PeerPart peer : peers) {
      Arrays.fill(peer.presharedKey(), (byte) 0);
      peer.sessions().forEach(session -> Arrays.fill(session.keys(), (byte) 0));
    }
  }

  /** Whose it is. */
  @Override
  public String toString() {
    return "DeviceTransfer[" + publicKey + "]";
  }
}
