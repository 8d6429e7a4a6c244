package io.taltun.daemon.peer;

import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.CookieGenerator;
import io.taltun.crypto.wire.CookieReply;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.Macs;
import io.taltun.crypto.wire.MessageType;
import io.taltun.crypto.wire.Response;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.fuzz.FuzzTarget;
import io.taltun.fuzz.Input;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Handshake messages for Bob: recorded ones and what can be made of them, with mac1 put right where
 * an attacker would. Whatever is not one of the three that he waits for is one drop and changes
 * nothing: no session, no endpoint, no state; nothing is sent but a cookie under load.
 */
public final class HandshakeTarget implements FuzzTarget {
  private static final Endpoint ALICE = Endpoint.ofIpv4(0xc000_0201, 51820);
  private static final Endpoint BOB = Endpoint.ofIpv4(0xc000_0202, 51820);
  private static final Endpoint ANYBODY = Endpoint.ofIpv6(0x2001_0db8L << 32, 1, 9, 0);
  private static final long ALICES_KEY = 11;
  private static final long BOBS_KEY = 22;
  private static final long MALLORYS_KEY = 33;
  private static final long LATER_NS = Duration.ofSeconds(60).toNanos();
  private static final int MOST_CHANGES = 4;
  private static final int LONGEST = 200;

  private final HandClock clock = new HandClock();
  private final CookieGenerator toBob =
      new CookieGenerator(publicKey(BOBS_KEY), HandshakeWorld.PRIMITIVES);

  // What Bob would take now.
  private final byte[] initiation;
  private final byte[] response;
  private final byte[] cookieReply;

  /** Those, what he took, what he sent, and what comes from nobody that he knows. */
  private final List<byte[]> recorded = new ArrayList<>();

  private final byte[] seen;
  private HandshakeWorld bob;

  public HandshakeTarget() {
    seen = initiation(world(ALICES_KEY, BOBS_KEY, 1));
    recorded.add(seen);
    recorded.add(initiation(world(MALLORYS_KEY, BOBS_KEY, 2)));
    clock.advanceNs(LATER_NS);
    byte[] pending = renew();
    recorded.add(pending);
    HandshakeWorld alice = world(ALICES_KEY, BOBS_KEY, 3);
    initiation = initiation(alice);
    response = answer(alice, pending, false);
    cookieReply = answer(world(ALICES_KEY, BOBS_KEY, 4), pending, true);
    recorded.addAll(List.of(initiation, response, cookieReply));
    for (byte[] genuine : List.of(initiation, response)) {
      bob.protocol.onHandshakeMessage(genuine, genuine.length, ALICE, false, clock.nowNs());
      require(bob.changes > 0, "a genuine message changes nothing");
      renew();
    }
  }

  private HandshakeWorld world(long key, long peersKey, long seed) {
    HandshakeWorld world = new HandshakeWorld(key, seed, clock);
    world.add(publicKey(peersKey), key == BOBS_KEY ? ALICE : BOB, clock.nowNs());
    return world;
  }

  private static PublicKey publicKey(long key) {
    try (PrivateKey privateKey = PrivateKey.generate(new SplittableRandom(key))) {
      return privateKey.publicKey(HandshakeWorld.PRIMITIVES.x25519());
    }
  }

  private byte[] initiation(HandshakeWorld from) {
    from.protocol.onHandshakeWanted(from.protocol.peers().iterator().next(), clock.nowNs());
    return from.last();
  }

  private byte[] answer(HandshakeWorld by, byte[] message, boolean underLoad) {
    by.protocol.onHandshakeMessage(message, message.length, BOB, underLoad, clock.nowNs());
    return by.last();
  }

  /** A Bob who answered Alice a minute ago, and who waits for her answer now. */
  private byte[] renew() {
    if (bob != null) {
      bob.close();
    }
    clock.advanceNs(-LATER_NS);
    bob = world(BOBS_KEY, ALICES_KEY, 5);
    bob.protocol.onHandshakeMessage(seen, seen.length, ALICE, false, clock.nowNs());
    if (recorded.size() < 3) {
      recorded.add(bob.last());
    }
    clock.advanceNs(LATER_NS);
    byte[] pending = initiation(bob);
    bob.sent.clear();
    bob.changes = 0;
    bob.drops = 0;
    bob.cookiesRequired = 0;
    return pending;
  }

  /** Flags, a recorded message, and what becomes of it. */
  @Override
  public void accept(byte[] bytes) {
    Input input = new Input(bytes);
    int flags = input.next();
    boolean underLoad = (flags & 1) != 0;
    byte[] message = recorded.get(input.below(recorded.size()));
    for (int i = input.below(MOST_CHANGES + 1); i > 0; i--) {
      message = changed(message, input);
    }
    if ((flags & 2) != 0 && message.length >= Macs.LENGTH) {
      message = message.clone();
      toBob.addMacs(message, message.length, clock.nowNs());
    }
    Endpoint source = (flags & 4) == 0 ? ALICE : ANYBODY;
    bob.protocol.onHandshakeMessage(message, message.length, source, underLoad, clock.nowNs());
    if (isGenuine(message)) {
      renew();
      return;
    }
    require(bob.changes == 0, "it changed something");
    require(bob.drops == 1, bob.drops + " drops");
    require(bob.sent.size() == bob.cookiesRequired, bob.sent.size() + " messages were sent");
    for (byte[] reply : bob.sent) {
      require(underLoad && MessageType.of(reply, CookieReply.LENGTH) == 3, "sent no cookie reply");
    }
    bob.sent.clear();
    bob.drops = 0;
    bob.cookiesRequired = 0;
  }

  private byte[] changed(byte[] message, Input input) {
    int kind = input.below(5);
    int at = message.length == 0 ? 0 : input.below(message.length);
    byte[] changed = message.clone();
    switch (kind) {
      case 0 -> {
        return Arrays.copyOf(message, input.below(LONGEST));
      }
      case 1 -> {
        byte[] other = recorded.get(input.below(recorded.size()));
        int length = Math.min(input.next(), Math.min(other.length, message.length) - at);
        if (length > 0) {
          System.arraycopy(other, at, changed, at, length);
        }
      }
      case 2 -> {
        byte[] own = input.take(Math.min(input.next(), message.length - at));
        System.arraycopy(own, 0, changed, at, own.length);
      }
      default -> {
        if (message.length > 0) {
          changed[at] ^= (byte) input.next();
        }
      }
    }
    return changed;
  }

  /**
   * mac2 is of no account where no cookie is asked for. The sender's index is bound by mac1 only,
   * which whoever knows Bob's public key can make (whitepaper, section 5.4.4), and a cookie reply's
   * index by nothing. All else is authenticated.
   */
  private boolean isGenuine(byte[] message) {
    return isSame(message, initiation, Initiation.EPHEMERAL, Initiation.MAC1)
        || isSame(message, response, Response.RECEIVER_INDEX, Response.MAC1)
        || isSame(message, cookieReply, CookieReply.NONCE, CookieReply.LENGTH);
  }

  private static boolean isSame(byte[] message, byte[] genuine, int from, int to) {
    return message.length == genuine.length
        && Arrays.equals(message, 0, Initiation.SENDER_INDEX, genuine, 0, Initiation.SENDER_INDEX)
        && Arrays.equals(message, from, to, genuine, from, to);
  }

  private static void require(boolean so, String what) {
    if (!so) {
      throw new AssertionError(what);
    }
  }

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int message = 0; message < recorded.size(); message++) {
      byte number = (byte) message;
      seeds.add(new byte[] {0, number, 0});
      seeds.add(new byte[] {3, number, 1, 3, 8, 1});
      seeds.add(new byte[] {2, number, 2, 4, 50, (byte) 0x80, 1, 12, 4, 30});
      seeds.add(new byte[] {6, number, 1, 2, 8, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
      seeds.add(new byte[] {2, number, 2, 0, 0, 92, 3, 0, 3});
    }
    return seeds;
  }

  @Override
  public int maxLength() {
    return 192;
  }

  @Override
  public int inputsInTests() {
    return 40_000;
  }

  @Override
  public void close() {
    bob.close();
  }
}
