package io.taltun.config;

import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.X25519;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds and removes peers in the text of a peers.yaml. Whatever else stands there stays byte for
 * byte: comments, order, quotes, indentation, line ends. What comes out was read again and means
 * what was asked for, or is not given out.
 */
public final class PeersEdit {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final X25519 x25519;

  /** With this machine's best engine. */
  public PeersEdit() {
    this(Primitives.best().x25519());
  }

  PeersEdit(X25519 x25519) {
    this.x25519 = x25519;
  }

  /**
   * Appends a peer, in the style of its neighbours. An empty list that is written {@code []} or
   * {@code null} is written with dashes afterwards.
   *
   * @param text of a whole file
   * @param before what it means
   * @throws PeersEditException when the result would not be that configuration and this peer
   */
  public String add(String text, TaltunConfig before, PeerConfig peer) throws PeersEditException {
    List<PeerConfig> peers = new ArrayList<>(before.peers());
    peers.add(peer);
    return checked(
        text, body -> PeersInsertion.into(body, peer), before.with(before.iface(), peers));
  }

  /**
   * Takes a peer out, with the comment lines directly above that begin in its column and those
   * below that are indented deeper.
   *
   * @param text of a whole file
   * @param before what it means
   * @param index of the peer, from 0
   * @throws PeersEditException when the result would not be that configuration without the peer
   */
  public String remove(String text, TaltunConfig before, int index) throws PeersEditException {
    List<PeerConfig> peers = new ArrayList<>(before.peers());
    peers.remove(index);
    return checked(
        text, body -> PeersRemoval.from(body, index), before.with(before.iface(), peers));
  }

  @FunctionalInterface
  private interface Edit {
    /** The edited text of a file without a byte order mark. */
    String of(String body);
  }

  private String checked(String text, Edit edit, TaltunConfig wanted) throws PeersEditException {
    String body = SourceText.withoutByteOrderMark(text);
    String edited = (body.equals(text) ? "" : BYTE_ORDER_MARK) + edit.of(body);
    ConfigResult result =
        ConfigReader.read(edited.getBytes(StandardCharsets.UTF_8), wanted.source(), x25519);
    switch (result) {
      case ConfigResult.Invalid invalid ->
          throw ConfigReader.parse(edited, wanted.source(), x25519) instanceof ConfigResult.Valid
              // The file's mode alone: others may read the keys.
              ? new PeersEditException(invalid.errors().getFirst().toString())
              : cannotEdit(wanted);
      case ConfigResult.Valid valid -> {
        TaltunConfig after = valid.config();
        boolean same =
            after.with(after.iface(), named(after.peers(), wanted.peers())).equals(wanted);
        after.iface().privateKey().close();
        after.peers().forEach(peer -> peer.presharedKey().close());
        if (!same) {
          throw cannotEdit(wanted);
        }
      }
    }
    return edited;
  }

  private static PeersEditException cannotEdit(TaltunConfig config) {
    return new PeersEditException(
        config.source() + " is written in a way that cannot be edited; change it by hand");
  }

  /** A peer without a name is called after its place, which another's removal changes. */
  private static List<PeerConfig> named(List<PeerConfig> peers, List<PeerConfig> wanted) {
    if (peers.size() != wanted.size()) {
      return peers;
    }
    List<PeerConfig> named = new ArrayList<>();
    for (int i = 0; i < peers.size(); i++) {
      PeerConfig peer = peers.get(i);
      boolean byPlace = peer.name().equals(PeerReader.nameByPlace(i + 1));
      named.add(byPlace ? peer.withName(wanted.get(i).name()) : peer);
    }
    return named;
  }
}
