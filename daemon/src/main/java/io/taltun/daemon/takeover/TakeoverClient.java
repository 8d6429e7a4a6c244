package io.taltun.daemon.takeover;

import io.taltun.daemon.control.DeviceTransfer;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The process that takes over, in the order of {@link FrameType}. One thread. Closed without {@link
 * #running}, it leaves the other process as it was, as long as {@link #prepared} did not return.
 */
public final class TakeoverClient implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final int ANSWER_WITHIN_MS = 5000;

  private final Connection connection;

  private TakeoverClient(Connection connection) {
    this.connection = connection;
  }

  /**
   * Calls the process that runs a gateway.
   *
   * @throws TakeoverException when none is there, or it is another user's
   */
  public static TakeoverClient connect(Path socket, String name) throws TakeoverException {
    int fd = Syscall.socket(AF_UNIX, SOCK_STREAM_CLOEXEC, 0);
    if (fd < 0) {
      throw new TakeoverException("cannot open a socket: " + Errno.text(-fd));
    }
    Connection connection = new Connection(fd);
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(UnixAddress.BYTES, 8).address();
      int connected = Syscall.connect(fd, address, UnixAddress.write(socket, address));
      if (connected < 0) {
        throw new TakeoverException(
            "no gateway named "
                + name
                + " can be taken over ("
                + socket
                + ": "
                + Errno.text(-connected)
                + "); start it with 'taltun up'");
      }
      if (connection.peerUser() != 0 && connection.peerUser() != ownUser()) {
        throw new TakeoverException(socket + " belongs to another user's process");
      }
      connection.send(FrameType.HELLO, hello(name).write());
      return new TakeoverClient(connection);
    } catch (TakeoverException | IllegalArgumentException e) {
      connection.close();
      throw e instanceof TakeoverException t ? t : new TakeoverException(e.getMessage(), e);
    }
  }

  private static int ownUser() throws TakeoverException {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      throw new TakeoverException("/proc is not readable", e);
    }
  }

  private static Hello hello(String name) {
    return new Hello(Hello.VERSION, name, ProcessHandle.current().pid());
  }

  /** What there is; its descriptors are the caller's from then on. */
  public Offer offer() throws TakeoverException {
    byte[] message = connection.expect(FrameType.OFFER, ANSWER_WITHIN_MS);
    return Offer.read(message, count -> connection.receiveDescriptors(count, ANSWER_WITHIN_MS));
  }

  /** Does once, with this process's own, what has to be fast between READY and RUNNING. */
  public void rehearse(DeviceTransfer own) throws TakeoverException {
    TransferCodec.rehearse(own);
  }

  /** Everything is built: from here on the other process stands still. */
  public DeviceTransfer ready() throws TakeoverException {
    connection.send(FrameType.READY);
    byte[] state = connection.expect(FrameType.STATE, ANSWER_WITHIN_MS);
    try {
      return TransferCodec.read(state);
    } finally {
      Arrays.fill(state, (byte) 0);
    }
  }

  /** All of it is in place. When this returns, the gateway is this process's. */
  public void prepared() throws TakeoverException {
    connection.send(FrameType.PREPARED);
    connection.expect(FrameType.GO, ANSWER_WITHIN_MS);
  }

  /** The workers run. */
  public void running() throws TakeoverException {
    connection.send(FrameType.RUNNING);
  }

  /** The sockets have taken the place of the other's, which ends now; returns when it has. */
  public void done(int withinMs) throws TakeoverException {
    connection.send(FrameType.DONE);
    connection.awaitEnd(withinMs);
  }

  /** Says why it does not happen. */
  public void refuse(String why) {
    connection.refuse(why);
  }

  @Override
  public void close() {
    connection.close();
  }
}
