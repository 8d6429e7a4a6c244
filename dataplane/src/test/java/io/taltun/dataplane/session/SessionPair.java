package io.taltun.dataplane.session;

import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.primitive.Aead;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/** Both ends of one handshake's outcome, without the handshake. */
public record SessionPair(Session initiator, Session responder) {
  private static final VarHandle SEND_COUNTER;

  static {
    try {
      SEND_COUNTER =
          MethodHandles.privateLookupIn(Session.class, MethodHandles.lookup())
              .findVarHandle(Session.class, "sendCounter", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * @param number makes indices and keys that no other number makes
   */
  public static SessionPair of(int number, Aead aead, Peer atInitiator, Peer atResponder) {
    return of(number, aead, atInitiator, atResponder, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** The same with an end of sending and one of receiving. */
  public static SessionPair of(
      int number,
      Aead aead,
      Peer atInitiator,
      Peer atResponder,
      long sendUntilNs,
      long receiveUntilNs) {
    byte[] there = key(number, 1);
    byte[] back = key(number, 2);
    int left = 0x10_0000 + number;
    int right = 0x20_0000 + number;
    return new SessionPair(
        new Session(
            atInitiator,
            TransportKeys.of(left, right, true, there, back),
            aead,
            sendUntilNs,
            receiveUntilNs,
            1),
        new Session(
            atResponder,
            TransportKeys.of(right, left, false, back, there),
            aead,
            sendUntilNs,
            receiveUntilNs,
            1));
  }

  private static byte[] key(int number, int direction) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) (3 * number + direction));
    return key;
  }

  /** Moves a session's send counter. */
  public static void setSendCounter(Session session, long counter) {
    SEND_COUNTER.setVolatile(session, counter);
  }
}
