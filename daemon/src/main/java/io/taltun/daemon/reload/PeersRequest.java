package io.taltun.daemon.reload;

import io.taltun.config.InterfaceConfig;
import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.gateway.ConfigTarget;
import io.taltun.daemon.gateway.ReconfigureException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Peers to add, change and remove without a file.
 *
 * @param set peers to add or to change
 * @param remove public keys in base64
 * @param dryRun only finds out what would change
 */
public record PeersRequest(List<PeerSetting> set, List<String> remove, boolean dryRun)
    implements ConfigTarget {
  /** Copies the lists; null is none. */
  public PeersRequest {
    set = set == null ? List.of() : List.copyOf(set);
    remove = remove == null ? List.of() : List.copyOf(remove);
  }

  @Override
  public boolean isFile() {
    return false;
  }

  @Override
  public TaltunConfig from(TaltunConfig running) throws ReconfigureException {
    Map<PublicKey, PeerConfig> peers = new LinkedHashMap<>();
    running.peers().forEach(peer -> peers.put(peer.publicKey(), peer));
    List<PresharedKey> made = new ArrayList<>();
    try {
      for (String key : remove) {
        if (peers.remove(PublicKey.ofBase64(key)) == null) {
          throw Claims.invalid("no peer has the public key " + key + "; see GET /peers");
        }
      }
      for (PeerSetting setting : set) {
        if (setting.publicKey() == null) {
          throw Claims.invalid("publicKey is missing in a peer");
        }
        PublicKey key = PublicKey.ofBase64(setting.publicKey());
        PeerConfig peer = setting.over(peers.get(key));
        made.add(peer.presharedKey());
        peers.put(key, peer);
      }
      TaltunConfig wanted = ownKeys(running, running.iface().routes(), peers.values());
      try {
        Claims.check(wanted);
        return wanted;
      } catch (ReconfigureException e) {
        wanted.iface().privateKey().close();
        wanted.peers().forEach(peer -> peer.presharedKey().close());
        throw e;
      }
    } catch (IllegalArgumentException e) {
      throw Claims.invalid(e.getMessage());
    } finally {
      made.forEach(PresharedKey::close);
    }
  }

  /** A configuration whose keys are copies, with other routes and peers. */
  static TaltunConfig ownKeys(
      TaltunConfig running, List<IpPrefix> routes, Iterable<PeerConfig> peers) {
    InterfaceConfig iface = running.iface();
    List<PeerConfig> copies = new ArrayList<>();
    peers.forEach(peer -> copies.add(peer.with(peer.presharedKey().copy())));
    byte[] key = iface.privateKey().copyBytes();
    try {
      return running.with(
          iface.with(PrivateKey.of(key), iface.listenPort(), iface.fwmark(), routes), copies);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }
}
