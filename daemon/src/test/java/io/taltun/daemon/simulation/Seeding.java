package io.taltun.daemon.simulation;

import io.taltun.dataplane.session.Session;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Moves a session's send counter, which would take a million years to get far by itself. */
final class Seeding {
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

  private Seeding() {}

  static void setSendCounter(Session session, long counter) {
    SEND_COUNTER.setVolatile(session, counter);
  }
}
