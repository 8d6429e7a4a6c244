package io.taltun.dataplane.session;

import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.TransportCipher;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One pair of transport keys and what protects them: the send counter and the replay window. Any
 * worker may use it; each has cipher contexts of its own, made at its first packet and freed by
 * itself in {@link #release}. Whitepaper, section 5.4.6.
 */
public final class Session {
  /** What {@link #takeCounters} returns at the end: above every counter, unsigned. */
  public static final long NO_COUNTER = -1;

  private static final VarHandle SEND_COUNTER;
  private static final VarHandle CONFIRMATION;
  private static final VarHandle HOLDERS;

  static {
    try {
      var lookup = MethodHandles.lookup();
      SEND_COUNTER = lookup.findVarHandle(Session.class, "sendCounter", long.class);
      CONFIRMATION = lookup.findVarHandle(Session.class, "confirmationReported", boolean.class);
      HOLDERS = lookup.findVarHandle(Session.class, "holders", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Peer peer;
  private final TransportKeys keys;
  private final Aead aead;
  private final long sendUntilNs;
  private final long receiveUntilNs;
  private final ReplayWindow replayWindow = new ReplayWindow();
  // Element i is read and written by worker i only.
  private final TransportCipher[] sealers;
  private final TransportCipher[] openers;

  // Taken by any worker, atomically.
  @SuppressWarnings("unused")
  private volatile long sendCounter;

  // Set by any worker, never taken back.
  private volatile boolean confirmed;

  // Set once, by the worker that reports the first authentic packet.
  @SuppressWarnings("unused")
  private volatile boolean confirmationReported;

  // Counted down by each worker in release.
  @SuppressWarnings("unused")
  private volatile int holders;

  /**
   * @param keys owned by the session from here on
   * @param sendUntilNs when sealing with it ends, on the workers' clock
   * @param receiveUntilNs when opening with it ends
   */
  public Session(
      Peer peer,
      TransportKeys keys,
      Aead aead,
      long sendUntilNs,
      long receiveUntilNs,
      int workers) {
    this.peer = peer;
    this.keys = keys;
    this.aead = aead;
    this.sendUntilNs = sendUntilNs;
    this.receiveUntilNs = receiveUntilNs;
    this.sealers = new TransportCipher[workers];
    this.openers = new TransportCipher[workers];
    this.holders = workers;
  }

  /** How far it has come; exact while no worker runs. */
  public SessionTransfer transfer() {
    return new SessionTransfer(sendCounter(), confirmed, confirmationReported, replayWindow.copy());
  }

  /** Copies of its keys, the caller's to erase; null when they are erased. */
  public byte[] copyKeys() {
    try {
      return keys.copyBytes();
    } catch (IllegalStateException erased) {
      return null;
    }
  }

  /** Erases its keys while workers stand still and will not go on; their contexts remain. */
  public void eraseKeys() {
    keys.close();
  }

  /** Goes on from where another process stopped; before any worker sees it. */
  public void restore(SessionTransfer from) {
    SEND_COUNTER.setVolatile(this, from.sendCounter());
    confirmed = from.confirmed();
    CONFIRMATION.setVolatile(this, from.reported());
    replayWindow.restore(from.replayWindow());
  }

  public Peer peer() {
    return peer;
  }

  public int localIndex() {
    return keys.localIndex();
  }

  public int remoteIndex() {
    return keys.remoteIndex();
  }

  public boolean initiator() {
    return keys.initiator();
  }

  public ReplayWindow replayWindow() {
    return replayWindow;
  }

  /** Whether packets may still be opened with it. */
  public boolean acceptsAt(long nowNs) {
    return nowNs - receiveUntilNs < 0;
  }

  /**
   * Whether packets may still be sealed with it: young enough, and with counters left (trap 17).
   */
  public boolean usable(long nowNs) {
    return nowNs - sendUntilNs < 0
        && Long.compareUnsigned((long) SEND_COUNTER.getOpaque(this), lastCounter()) < 0;
  }

  private static long lastCounter() {
    return ReplayWindow.REJECT_AFTER_MESSAGES;
  }

  /**
   * Takes the next send counters, all or none.
   *
   * @param count at least 1
   * @return the first, unsigned; all are below REJECT_AFTER_MESSAGES (those from 2^63 on are
   *     negative), or {@link #NO_COUNTER} when the session has not so many left (trap 5)
   */
  public long takeCounters(int count) {
    long first;
    do {
      first = (long) SEND_COUNTER.getVolatile(this);
      if (Long.compareUnsigned(lastCounter() - first, count) < 0) {
        // The few that are left stay unused: every later packet finds the session used up.
        SEND_COUNTER.setVolatile(this, lastCounter());
        return NO_COUNTER;
      }
    } while (!SEND_COUNTER.weakCompareAndSet(this, first, first + count));
    return first;
  }

  /** Packets sealed so far. Any thread. */
  public long sendCounter() {
    return (long) SEND_COUNTER.getOpaque(this);
  }

  /** The sealing context of a worker; called by that worker only. */
  public TransportCipher sealer(int worker) {
    TransportCipher cipher = sealers[worker];
    if (cipher == null) {
      cipher = keys.sealer(aead);
      sealers[worker] = cipher;
    }
    return cipher;
  }

  /** The opening context of a worker; called by that worker only. */
  public TransportCipher opener(int worker) {
    TransportCipher cipher = openers[worker];
    if (cipher == null) {
      cipher = keys.opener(aead);
      openers[worker] = cipher;
    }
    return cipher;
  }

  /** An authentic packet came: the peer has the keys. Any worker. */
  public void confirm() {
    if (!confirmed) {
      confirmed = true;
    }
  }

  boolean confirmed() {
    return confirmed;
  }

  /** Whether the caller is the first to see an authentic packet; true once. */
  public boolean reportConfirmation() {
    return !confirmationReported && CONFIRMATION.compareAndSet(this, false, true);
  }

  /** Lets the report be made again: the control thread's queue had no room for it. */
  public void forgetConfirmation() {
    CONFIRMATION.setVolatile(this, false);
  }

  /**
   * Frees a worker's contexts; the last worker's call erases the keys. Called once by each worker,
   * after the session left the index and the peer's {@link Keypairs}.
   */
  public void release(int worker) {
    if (sealers[worker] != null) {
      sealers[worker].close();
      sealers[worker] = null;
    }
    if (openers[worker] != null) {
      openers[worker].close();
      openers[worker] = null;
    }
    if ((int) HOLDERS.getAndAdd(this, -1) == 1) {
      keys.close();
    }
  }

  @Override
  public String toString() {
    return "Session[" + Integer.toHexString(localIndex()) + " of " + peer + "]";
  }
}
