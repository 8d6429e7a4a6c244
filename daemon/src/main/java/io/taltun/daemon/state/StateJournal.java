package io.taltun.daemon.state;

import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.dataplane.udp.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's memory in a file. The control thread hands changes over; a thread of its own writes
 * them, those of one peer as one, and waits a second after each sync, so that ten thousand peers
 * that roam cost the disk no more than one. What was handed over earlier than that survives a
 * crash.
 *
 * <p>A disk that does not take them is one warning and no reason to stop: everything is tried again
 * later, and lost only if the process ends before.
 */
public final class StateJournal implements PeerMemory, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("state");

  /** Between two syncs. */
  static final long PAUSE_MS = 1000;

  /** After a failure. */
  private static final long RETRY_MS = 10_000;

  /** How long an end waits for the disk. */
  private static final long LAST_WRITE_MS = 500;

  /** What labels may have grown between the last sync and a crash, and some more. */
  private static final int UNSYNCED_SECONDS = 2;

  private final JournalWriter writer;
  private final String name;
  private final Thread thread;
  private final byte[] greatestSent;

  // Written by the control thread.
  private final Map<PublicKey, PeerRecord> known;

  // Guarded by this.
  private Map<PublicKey, PeerRecord> changed = new LinkedHashMap<>();
  private byte[] sent;
  private boolean closing;

  // Written by the writing thread.
  private boolean failed;

  private StateJournal(JournalFiles files, LoadedState loaded) {
    name = files.name();
    known = new HashMap<>(loaded.peers());
    greatestSent = loaded.sent() == null ? null : beyondUnsynced(loaded.sent());
    writer = new JournalWriter(files, loaded.peers(), loaded.sent());
    thread = Thread.ofPlatform().daemon().name("taltun-state").unstarted(this::run);
  }

  /**
   * Reads a state file, as much of it as is intact, and keeps it from then on.
   *
   * @param peers whose records are kept; those of others are dropped
   */
  public static StateJournal open(Path file, Set<PublicKey> peers) {
    return open(new FolderFiles(file), peers);
  }

  static StateJournal open(JournalFiles files, Set<PublicKey> peers) {
    LoadedState loaded = load(files);
    Map<PublicKey, PeerRecord> wanted = new LinkedHashMap<>(loaded.peers());
    wanted.keySet().retainAll(peers);
    StateJournal journal =
        new StateJournal(files, LoadedState.intact(wanted, loaded.sent(), loaded.goodBytes()));
    journal.thread.start();
    return journal;
  }

  /** One that begins empty, and writes nothing before {@link #begin}. */
  public static StateJournal later(Path file) {
    return later(new FolderFiles(file));
  }

  static StateJournal later(JournalFiles files) {
    return new StateJournal(files, LoadedState.none());
  }

  /** Writes from now on: nobody else does any more. */
  public void begin() {
    thread.start();
  }

  private static LoadedState load(JournalFiles files) {
    try {
      byte[] bytes = files.read();
      if (bytes == null) {
        return LoadedState.none();
      }
      LoadedState loaded = StateFormat.read(bytes);
      if (loaded.ofOtherVersion()) {
        LOG.warn(
            "{} has version {} and this Taltun reads {}: it was set aside as .unread; peers are"
                + " found where they are configured, or when they speak",
            files.name(),
            Integer.toUnsignedString(loaded.version()),
            StateFormat.VERSION);
        files.setAside();
      } else if (loaded.damaged()) {
        LOG.warn(
            "{} is damaged from byte {} on; what is before counts ({} peers), the rest is dropped",
            files.name(),
            loaded.goodBytes(),
            loaded.peers().size());
      }
      return loaded;
    } catch (IOException e) {
      LOG.warn("{} cannot be read: {}; beginning without it", files.name(), reason(e));
      return LoadedState.none();
    }
  }

  private static byte[] beyondUnsynced(byte[] label) {
    ByteBuffer beyond = ByteBuffer.allocate(Tai64n.LENGTH).put(label);
    return beyond.putLong(0, beyond.getLong(0) + UNSYNCED_SECONDS).array();
  }

  @Override
  public PeerRecord recall(PublicKey peer) {
    return known.get(peer);
  }

  @Override
  public byte[] greatestSent() {
    return greatestSent;
  }

  @Override
  public void learned(PublicKey peer, Endpoint endpoint, String configured) {
    PeerRecord before = known.getOrDefault(peer, PeerRecord.of(peer));
    if (!before.isAt(endpoint, configured)) {
      change(before.at(endpoint, configured));
    }
  }

  @Override
  public void answered(PublicKey peer, byte[] timestamp) {
    change(known.getOrDefault(peer, PeerRecord.of(peer)).answered(timestamp));
  }

  private void change(PeerRecord record) {
    known.put(record.publicKey(), record);
    synchronized (this) {
      changed.put(record.publicKey(), record);
      notifyAll();
    }
  }

  @Override
  public synchronized void sent(byte[] timestamp) {
    sent = timestamp;
    notifyAll();
  }

  @Override
  public void forget(PublicKey peer) {
    if (known.remove(peer) != null) {
      synchronized (this) {
        changed.put(peer, null);
        notifyAll();
      }
    }
  }

  private void run() {
    try {
      // The whole file at once: a folder that cannot be written is known from the beginning. With
      // what is known by now: after a takeover it replaces the file of the process before.
      boolean last = write(take());
      while (!last) {
        await();
        last = write(take());
      }
      writer.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether nothing is to be written after this. */
  private boolean write(Changes changes) throws InterruptedException {
    try {
      writer.write(changes);
      if (failed) {
        failed = false;
        LOG.info("{} is written again", name);
      }
    } catch (IOException e) {
      if (!failed) {
        failed = true;
        LOG.warn(
            "{} cannot be written: {}; the gateway goes on and tries again, but forgets at its end"
                + " where its peers were",
            name,
            reason(e));
      }
    }
    return pause(failed ? RETRY_MS : PAUSE_MS);
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.toString();
  }

  private synchronized boolean pause(long ms) throws InterruptedException {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    for (long leftMs = ms; !closing && leftMs > 0; leftMs = leftMs(endNs)) {
      wait(leftMs);
    }
    return closing && changed.isEmpty() && sent == null;
  }

  private static long leftMs(long endNs) {
    return TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
  }

  private synchronized void await() throws InterruptedException {
    while (!closing && !failed && changed.isEmpty() && sent == null) {
      wait();
    }
  }

  private synchronized Changes take() {
    Changes taken = new Changes(changed, sent);
    changed = new LinkedHashMap<>();
    sent = null;
    return taken;
  }

  /** Writes what is left, unless the disk takes longer than half a second. */
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    try {
      thread.join(LAST_WRITE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
