package io.taltun.daemon.state;

import io.taltun.crypto.key.PublicKey;
import java.util.Map;

/**
 * What a state file said.
 *
 * @param peers by key, as the last intact record of each has it
 * @param sent the greatest TAI64N label that we sent, 12 bytes; null for none
 * @param goodBytes where the intact part ends, in bytes from the start
 * @param damaged whether something follows that is not intact
 * @param version of the file's format; of another one nothing was read
 */
record LoadedState(
    Map<PublicKey, PeerRecord> peers, byte[] sent, int goodBytes, boolean damaged, int version) {

  static LoadedState intact(Map<PublicKey, PeerRecord> peers, byte[] sent, int bytes) {
    return new LoadedState(peers, sent, bytes, false, StateFormat.VERSION);
  }

  static LoadedState damaged(Map<PublicKey, PeerRecord> peers, byte[] sent, int goodBytes) {
    return new LoadedState(peers, sent, goodBytes, true, StateFormat.VERSION);
  }

  static LoadedState ofVersion(int version) {
    return new LoadedState(Map.of(), null, 0, false, version);
  }

  /** There was no file. */
  static LoadedState none() {
    return intact(Map.of(), null, 0);
  }

  boolean ofOtherVersion() {
    return version != StateFormat.VERSION;
  }
}
