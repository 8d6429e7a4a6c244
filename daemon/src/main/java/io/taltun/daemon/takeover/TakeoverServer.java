package io.taltun.daemon.takeover;

import io.taltun.daemon.control.DeviceTransfer;
import io.taltun.daemon.takeover.Giver.Outcome;
import io.taltun.daemon.unix.SocketFile;
import io.taltun.dataplane.os.Epoll;
import io.taltun.dataplane.os.EventFd;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits, on a thread of its own, for a process that wants to take the gateway over: on a socket of
 * mode 0600, from root or this process's own user. The order is {@link FrameType}'s.
 */
public final class TakeoverServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("takeover");

  private static final int NONE = -1;
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final int BACKLOG = 4;
  private static final int HELLO_WITHIN_MS = 2000;
  private static final int END_WITHIN_MS = 100;

  /** The other process builds and warms up meanwhile; packets flow. */
  private static final int READY_WITHIN_MS = 60_000;

  /** Nothing flows meanwhile; the kernel keeps what comes. */
  private static final int PREPARED_WITHIN_MS = 2000;

  /** For its sockets to take the place of ours; both work. */
  private static final int DONE_WITHIN_MS = 10_000;

  private final Path socket;
  private final Giver giver;
  private final Owner owner;
  private final EventFd end;
  private final Thread thread;

  // Written by open(), then by the thread.
  private int listening;

  // Written by close().
  private volatile boolean running = true;

  /** The process that the gateway runs in. On the takeover's thread. */
  public interface Owner {
    /**
     * Called once: the process has to end without taking anything back.
     *
     * @param pid of the process that has the gateway
     */
    void given(long pid);

    /**
     * The other process had the gateway and has ended; it goes on here. Files that the other
     * process put in the place of ours are to be replaced.
     */
    void cameBack();
  }

  private TakeoverServer(Path socket, Giver giver, Owner owner, int listening, EventFd end) {
    this.socket = socket;
    this.giver = giver;
    this.owner = owner;
    this.listening = listening;
    this.end = end;
    thread = Thread.ofPlatform().daemon().name("taltun-takeover").unstarted(this::run);
  }

  /** Listens; whatever has the socket's name is replaced. */
  public static TakeoverServer open(Path socket, Giver giver, Owner owner) throws IOException {
    SocketFile.makeFolder(socket.getParent());
    try {
      EventFd end = new EventFd();
      TakeoverServer server = new TakeoverServer(socket, giver, owner, listen(socket), end);
      server.thread.start();
      return server;
    } catch (SystemCallException e) {
      throw new IOException("cannot listen on " + socket + ": " + e.getMessage(), e);
    }
  }

  /** Inside a folder that nobody else enters, until the mode is right. */
  private static int listen(Path socket) throws IOException, SystemCallException {
    Path hidden = Files.createTempDirectory(socket.getParent(), ".");
    Path unready = hidden.resolve("s");
    int fd = check(Syscall.socket(AF_UNIX, SOCK_STREAM_CLOEXEC, 0), "socket");
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(UnixAddress.BYTES, 8).address();
      int length = UnixAddress.write(unready, address);
      check(Syscall.bind(fd, address, length), "bind");
      Files.setPosixFilePermissions(unready, PosixFilePermissions.fromString("rw-------"));
      check(Syscall.listen(fd, BACKLOG), "listen");
      Files.move(unready, socket, StandardCopyOption.ATOMIC_MOVE);
      return fd;
    } catch (IOException e) {
      Syscall.close(fd);
      throw e;
    } finally {
      Files.deleteIfExists(unready);
      Files.delete(hidden);
    }
  }

  private static int check(int result, String what) throws SystemCallException {
    if (result < 0) {
      throw new SystemCallException(what, -result);
    }
    return result;
  }

  private void run() {
    try (Epoll epoll = new Epoll()) {
      epoll.add(end.fd());
      epoll.add(listening);
      while (running) {
        epoll.await(-1);
        if (running && accept() == Outcome.LOST) {
          try {
            listenAgain(epoll);
          } finally {
            owner.cameBack();
          }
        }
      }
    } catch (IOException e) {
      LOG.error("no takeover is possible: {}", e.getMessage());
    }
  }

  /** The other process may have put its own socket in this one's place. */
  private void listenAgain(Epoll epoll) throws IOException {
    epoll.remove(listening);
    Syscall.close(listening);
    listening = NONE; // closed once, whatever comes of the next
    listening = listen(socket);
    epoll.add(listening);
  }

  private Outcome accept() {
    int fd = Syscall.accept(listening);
    if (fd < 0) {
      return Outcome.KEPT;
    }
    try (Connection connection = new Connection(fd)) {
      int user = connection.peerUser();
      if (user != 0 && user != ownUser()) {
        LOG.warn("a process of user {} wants to take {} over: refused", user, giver.name());
        connection.refuse("only root and the gateway's own user may take it over");
        return Outcome.KEPT;
      }
      return serve(connection);
    } catch (RuntimeException e) {
      LOG.error("the takeover failed; {} goes on", giver.name(), e);
      return Outcome.KEPT;
    }
  }

  /** Of this process; root's when it cannot be told. */
  private static int ownUser() {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      return 0;
    }
  }

  private Outcome serve(Connection connection) {
    try {
      Hello hello = Hello.read(connection.expect(FrameType.HELLO, HELLO_WITHIN_MS));
      if (hello.version() != Hello.VERSION) {
        throw new TakeoverException(
            "the running process speaks version "
                + Hello.VERSION
                + " of the takeover and the new one version "
                + hello.version()
                + "; use 'taltun down' and 'taltun up'");
      }
      if (!hello.name().equals(giver.name())) {
        throw new TakeoverException("this is " + giver.name() + ", not " + hello.name());
      }
      TransferCodec.rehearse(giver.rehearsal());
      Offer offer = giver.offer();
      connection.send(FrameType.OFFER, offer.write());
      connection.sendDescriptors(offer.descriptors());
      LOG.info("another process takes {} over; it gets ready", giver.name());
      connection.expect(FrameType.READY, READY_WITHIN_MS);
      Outcome outcome =
          giver.standStill(offer, (state, committed) -> hand(connection, state, committed));
      if (outcome == Outcome.GIVEN) {
        owner.given(hello.pid());
        // Open until the process has ended: that is how the other one knows.
        new CountDownLatch(1).await();
      }
      return outcome;
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    } catch (TakeoverException e) {
      connection.refuse(e.getMessage());
      LOG.warn("{} was not taken over and goes on: {}", giver.name(), e.getMessage());
    }
    return Outcome.KEPT;
  }

  /**
   * The part that must not go wrong (docs/decisions/0016). Before GO is sent the other process
   * cannot start, and this one may go on with its counters. From the moment that GO may have left,
   * this one never uses the sessions again: it waits, however long, until the other says that it
   * runs, or has ended.
   */
  private Outcome hand(Connection connection, DeviceTransfer state, Runnable committed) {
    try {
      byte[] bytes = TransferCodec.write(state);
      try {
        connection.send(FrameType.STATE, bytes);
      } finally {
        Arrays.fill(bytes, (byte) 0);
        state.erase();
      }
      connection.expect(FrameType.PREPARED, PREPARED_WITHIN_MS);
    } catch (TakeoverException e) {
      connection.refuse("too late");
      LOG.warn("{} was not taken over and goes on: {}", giver.name(), e.getMessage());
      return Outcome.KEPT;
    }
    committed.run();
    try {
      connection.send(FrameType.GO);
      connection.expect(FrameType.RUNNING, Connection.FOR_EVER);
      connection.expect(FrameType.DONE, DONE_WITHIN_MS);
      return Outcome.GIVEN;
    } catch (TakeoverException e) {
      if (connection.ended()) {
        LOG.error(
            "the process that took {} over has ended ({}): going on here, with new handshakes",
            giver.name(),
            e.getMessage());
        return Outcome.LOST;
      }
      LOG.warn("the process that runs {} now is slow: {}", giver.name(), e.getMessage());
      return Outcome.GIVEN;
    }
  }

  /** Stops listening and takes the file away. */
  @Override
  public void close() {
    running = false;
    end.signal();
    try {
      if (Thread.currentThread() != thread) {
        thread.join(END_WITHIN_MS);
      }
      Files.deleteIfExists(socket);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException unusable) {
      // The next start replaces it.
    }
    Syscall.close(listening);
  }
}
