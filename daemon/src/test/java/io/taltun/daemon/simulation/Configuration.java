package io.taltun.daemon.simulation;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.dataplane.udp.Endpoint;
import java.util.SplittableRandom;

/**
 * The files of all devices: who has which key, and what each has been told of the others, which may
 * be out of date. Of two peers, the one of the greater number knows where the other is; the other
 * learns it.
 */
final class Configuration {
  private final World world;
  private final SplittableRandom random;
  private final boolean star;
  private final PrivateKey[] keys;
  private final long[] keyEpochs;
  private final Told[][] told;

  /** What one device has been told of another. */
  private static final class Told {
    PublicKey publicKey;
    long keyEpoch;
    byte[] presharedKey = new byte[PresharedKey.LENGTH];
    long presharedKeyEpoch;
    long persistentKeepaliveNs;
  }

  Configuration(World world, boolean star) {
    this.world = world;
    this.star = star;
    random = world.random.split();
    int hosts = world.hostCount;
    keys = new PrivateKey[hosts];
    keyEpochs = new long[hosts];
    told = new Told[hosts][hosts];
    for (int i = 0; i < hosts; i++) {
      keys[i] = PrivateKey.generate(random);
      for (int j = 0; j < hosts; j++) {
        told[i][j] = new Told();
      }
    }
    for (int i = 0; i < hosts; i++) {
      for (int j = 0; j < hosts; j++) {
        tellKey(i, j);
      }
    }
  }

  boolean peers(int one, int other) {
    return one != other && (!star || one == 0 || other == 0);
  }

  StaticIdentity identity(Host host) {
    return new StaticIdentity(keys[host.number], host.primitives());
  }

  long keyEpoch(int host) {
    return keyEpochs[host];
  }

  PublicKey publicKey(int host, int other) {
    return told[host][other].publicKey;
  }

  long knownKeyEpoch(int host, int other) {
    return told[host][other].keyEpoch;
  }

  byte[] presharedKey(int host, int other) {
    return told[host][other].presharedKey;
  }

  long presharedKeyEpoch(int host, int other) {
    return told[host][other].presharedKeyEpoch;
  }

  long persistentKeepaliveNs(int host, int other) {
    return told[host][other].persistentKeepaliveNs;
  }

  void persistentKeepaliveNs(int host, int other, long intervalNs) {
    told[host][other].persistentKeepaliveNs = intervalNs;
  }

  /** Where {@code other} is, for who is to know; else null. */
  Endpoint endpoint(Host host, Host other) {
    return host.number > other.number ? other.address : null;
  }

  /** A new static key of the device, which nobody has been told yet. */
  void changeKey(int host) {
    keys[host] = PrivateKey.generate(random);
    keyEpochs[host]++;
  }

  /** A new preshared key of a pair, which only {@code host} has been told yet. */
  void changePresharedKey(int host, int other) {
    Told first = told[host][other];
    first.presharedKey = new byte[PresharedKey.LENGTH];
    random.nextBytes(first.presharedKey);
    first.presharedKeyEpoch = 1 + Math.max(first.presharedKeyEpoch, epochOf(other, host));
  }

  private long epochOf(int host, int other) {
    return told[host][other].presharedKeyEpoch;
  }

  /** Tells {@code host} the static key of {@code other}; whether that was news. */
  boolean tellKey(int host, int other) {
    Told changed = told[host][other];
    if (changed.publicKey != null && changed.keyEpoch == keyEpochs[other]) {
      return false;
    }
    changed.publicKey = keys[other].publicKey(world.primitives.x25519());
    changed.keyEpoch = keyEpochs[other];
    return true;
  }

  /** Tells {@code host} the preshared key that {@code other} has; whether that was news. */
  boolean tellPresharedKey(int host, int other) {
    Told from = told[other][host];
    Told to = told[host][other];
    if (to.presharedKeyEpoch >= from.presharedKeyEpoch) {
      return false;
    }
    to.presharedKey = from.presharedKey;
    to.presharedKeyEpoch = from.presharedKeyEpoch;
    return true;
  }
}
