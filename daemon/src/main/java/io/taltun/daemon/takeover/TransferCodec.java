package io.taltun.daemon.takeover;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.daemon.control.DeviceTransfer;
import io.taltun.daemon.control.DeviceTransfer.PeerPart;
import io.taltun.daemon.control.DeviceTransfer.SessionPart;
import io.taltun.daemon.peer.CookieSecret;
import io.taltun.daemon.peer.PeerState;
import io.taltun.daemon.peer.PeerTransfer;
import io.taltun.daemon.peer.PeerTransfer.Life;
import io.taltun.daemon.peer.Presence;
import io.taltun.dataplane.session.PeerLane;
import io.taltun.dataplane.session.ReplayWindow;
import io.taltun.dataplane.session.SessionTransfer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The bytes of a {@link DeviceTransfer}. A change of them is a new {@link Hello#VERSION}. */
final class TransferCodec {
  private static final int COOKIE_SECRET_BYTES = 32;

  private TransferCodec() {}

  /** The caller erases it. */
  static byte[] write(DeviceTransfer device) {
    ByteSink out = new ByteSink();
    out.putRaw(device.publicKey().copyBytes()).putRaw(device.timestamp());
    CookieSecret cookies = device.cookies();
    out.putBoolean(cookies != null);
    if (cookies != null) {
      out.putRaw(cookies.secret()).putLong(cookies.drawnNs());
    }
    out.putAll(device.peers(), peer -> write(out, peer));
    return out.take();
  }

  private static void write(ByteSink out, PeerPart peer) {
    out.putRaw(peer.publicKey().copyBytes()).putRaw(peer.presharedKey());
    out.putText(peer.configured()).putEndpoint(peer.endpoint());
    out.putLong(peer.lastHandshakeEpochNs()).putLongs(peer.presence());
    write(out, peer.protocol());
    for (SessionPart session : peer.sessions()) {
      out.putRaw(session.keys()).putLong(session.state().sendCounter());
      out.putBoolean(session.state().confirmed()).putBoolean(session.state().reported());
      out.putLongs(session.state().replayWindow());
    }
    out.putAll(peer.lanes(), out::putLongs);
    out.putAll(peer.waiting(), packets -> out.putAll(packets, out::putBytes));
  }

  private static void write(ByteSink out, PeerTransfer peer) {
    out.putAll(
        peer.lives(),
        life -> {
          out.putByte(life.slot().ordinal()).putInt(life.localIndex()).putInt(life.remoteIndex());
          out.putBoolean(life.initiator()).putLong(life.createdNs()).putLong(life.sendUntilNs());
        });
    out.putLong(peer.handshakeSentNs()).putRaw(peer.greatestTimestamp());
    out.putLong(peer.acceptedNs()).putLong(peer.backOffNs()).putBoolean(peer.unanswered());
    out.putByte(peer.state().ordinal()).putInt(peer.armedTimers());
    out.putInt(peer.deadlinesNs().length).putLongs(peer.deadlinesNs());
    out.putLongs(peer.traffic());
  }

  static DeviceTransfer read(byte[] message) throws TakeoverException {
    return ByteSource.whole(message, TransferCodec::read);
  }

  /** Does once what has to be fast later: classes are loaded by then. Erases the device. */
  static void rehearse(DeviceTransfer device) throws TakeoverException {
    byte[] bytes = write(device);
    try {
      read(bytes).erase();
    } finally {
      Arrays.fill(bytes, (byte) 0);
      device.erase();
    }
  }

  private static DeviceTransfer read(ByteSource in) throws TakeoverException {
    PublicKey key = PublicKey.of(in.getRaw(PublicKey.LENGTH));
    byte[] timestamp = in.getRaw(Tai64n.LENGTH);
    CookieSecret cookies = null;
    if (in.getBoolean()) {
      byte[] secret = in.getRaw(COOKIE_SECRET_BYTES);
      cookies = new CookieSecret(secret, in.getLong());
    }
    return new DeviceTransfer(key, timestamp, cookies, in.getAll(() -> readPeer(in)));
  }

  private static PeerPart readPeer(ByteSource in) throws TakeoverException {
    PublicKey key = PublicKey.of(in.getRaw(PublicKey.LENGTH));
    byte[] presharedKey = in.getRaw(PresharedKey.LENGTH);
    String configured = in.getText();
    var endpoint = in.getEndpoint();
    long lastHandshakeEpochNs = in.getLong();
    long[] presence = in.getLongs(Presence.COPY_LENGTH);
    PeerTransfer protocol = readProtocol(in);
    List<SessionPart> sessions = new ArrayList<>();
    for (int i = 0; i < protocol.lives().size(); i++) {
      sessions.add(readSession(in));
    }
    return new PeerPart(
        key,
        presharedKey,
        configured,
        endpoint,
        lastHandshakeEpochNs,
        presence,
        protocol,
        sessions,
        in.getAll(() -> in.getLongs(PeerLane.COPY_LENGTH)),
        in.getAll(() -> in.getAll(in::getBytes)));
  }

  private static SessionPart readSession(ByteSource in) throws TakeoverException {
    byte[] keys = in.getRaw(TransportKeys.BYTES);
    long sendCounter = in.getLong();
    boolean confirmed = in.getBoolean();
    boolean reported = in.getBoolean();
    return new SessionPart(
        keys,
        new SessionTransfer(
            sendCounter, confirmed, reported, in.getLongs(ReplayWindow.COPY_LENGTH)));
  }

  private static PeerTransfer readProtocol(ByteSource in) throws TakeoverException {
    List<Life> lives = in.getAll(() -> readLife(in));
    long handshakeSentNs = in.getLong();
    byte[] greatestTimestamp = in.getRaw(Tai64n.LENGTH);
    long acceptedNs = in.getLong();
    long backOffNs = in.getLong();
    boolean unanswered = in.getBoolean();
    PeerState state = PeerState.values()[in.getByte()];
    int armedTimers = in.getInt();
    long[] deadlinesNs = in.getLongs(in.getInt());
    return new PeerTransfer(
        lives,
        handshakeSentNs,
        greatestTimestamp,
        acceptedNs,
        backOffNs,
        unanswered,
        state,
        armedTimers,
        deadlinesNs,
        in.getLongs(PeerTransfer.TRAFFIC_LENGTH));
  }

  private static Life readLife(ByteSource in) {
    PeerTransfer.Slot slot = PeerTransfer.Slot.values()[in.getByte()];
    int localIndex = in.getInt();
    int remoteIndex = in.getInt();
    boolean initiator = in.getBoolean();
    long createdNs = in.getLong();
    return new Life(slot, localIndex, remoteIndex, initiator, createdNs, in.getLong(), null);
  }
}
