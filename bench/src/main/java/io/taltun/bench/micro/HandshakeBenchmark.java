package io.taltun.bench.micro;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.CookieChecker;
import io.taltun.crypto.noise.CookieGenerator;
import io.taltun.crypto.noise.HandshakeInitiator;
import io.taltun.crypto.noise.HandshakeResponder;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.noise.StaticSecret;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.wire.CookieReply;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.Response;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What a responder does with an initiation: the checks and the cookie reply that a flood costs, and
 * the whole answer to an honest one. 6,000 answers a second and core leave 166 µs for each.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HandshakeBenchmark {
  private static final long SEED = 1;

  /** As {@link Primitives#of} names it. */
  @Param({"libcrypto", "bouncycastle"})
  public String engine;

  private final Random random = new Random(SEED);
  private final byte[] source = {10, 0, 0, 1, 1, 2};
  private final byte[] initiation = new byte[Initiation.LENGTH];
  private final byte[] out = new byte[Response.LENGTH];
  private final byte[] reply = new byte[CookieReply.LENGTH];
  private final byte[] scalar = new byte[PrivateKey.LENGTH];
  private final byte[] point = new byte[PublicKey.LENGTH];
  private final byte[] secret = new byte[PublicKey.LENGTH];
  private Primitives primitives;
  private StaticIdentity local;
  private CookieChecker checker;
  private CookieGenerator toInitiator;
  private StaticSecret staticSecret;
  private PresharedKey presharedKey;

  @Setup
  public void prepare() {
    primitives = Primitives.of(engine);
    local = new StaticIdentity(PrivateKey.generate(random), primitives);
    StaticIdentity remote = new StaticIdentity(PrivateKey.generate(random), primitives);
    checker = new CookieChecker(local.publicKey(), primitives, random);
    toInitiator = new CookieGenerator(remote.publicKey(), primitives);
    staticSecret = local.secretWith(remote.publicKey());
    presharedKey = PresharedKey.none();
    new HandshakeInitiator(remote, local.publicKey(), presharedKey, random)
        .writeInitiation(1, new byte[Initiation.TIMESTAMP_LENGTH - 16], initiation);
    CookieGenerator fromInitiator = new CookieGenerator(local.publicKey(), primitives);
    fromInitiator.addMacs(initiation, Initiation.LENGTH, 0);
    checker.writeCookieReply(initiation, Initiation.LENGTH, source, 0, reply);
    fromInitiator.readCookieReply(reply, 0);
    fromInitiator.addMacs(initiation, Initiation.LENGTH, 0);
    random.nextBytes(scalar);
    primitives.x25519().publicKey(scalar, point);
  }

  @Benchmark
  public boolean mac1() {
    return checker.mac1Valid(initiation, Initiation.LENGTH);
  }

  @Benchmark
  public boolean mac2() {
    return checker.mac2Valid(initiation, Initiation.LENGTH, source, 0);
  }

  @Benchmark
  public void cookieReply() {
    checker.writeCookieReply(initiation, Initiation.LENGTH, source, 0, reply);
  }

  @Benchmark
  public void publicKey() {
    primitives.x25519().publicKey(scalar, point);
  }

  @Benchmark
  public boolean agree() {
    return primitives.x25519().agree(scalar, point, secret);
  }

  @Benchmark
  public void hmac() {
    primitives.blake2s().hmac(secret, scalar, point);
  }

  /** What a forger whose initiation has a valid mac1 costs. */
  @Benchmark
  public boolean read() {
    try (HandshakeResponder initiator = HandshakeResponder.read(local, initiation)) {
      return initiator != null;
    }
  }

  /** From an initiation to the response with its MACs; no session is made. */
  @Benchmark
  public byte[] answer() {
    try (HandshakeResponder initiator = HandshakeResponder.read(local, initiation)) {
      initiator.authenticate(staticSecret);
      initiator.writeResponse(presharedKey, 1, random, out).close();
    }
    toInitiator.addMacs(out, Response.LENGTH, 0);
    return out;
  }
}
