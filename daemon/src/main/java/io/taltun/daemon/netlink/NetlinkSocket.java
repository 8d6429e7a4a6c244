package io.taltun.daemon.netlink;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * An rtnetlink socket. It belongs to the network namespace of the thread that opened it, whichever
 * thread uses it afterwards. One thread at a time; calls block until the kernel has answered, which
 * it does at once.
 */
public final class NetlinkSocket implements AutoCloseable {
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
  private static final int NETLINK_ROUTE = 0;
  private static final int SOCKADDR_LENGTH = 12;
  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_CAP_ACK = 10;
  private static final int NETLINK_EXT_ACK = 11;
  private static final int NETLINK_GET_STRICT_CHK = 12;
  private static final int MSG_PEEK_TRUNC = 0x2 | 0x20;

  /** The kernel fills dumps in pieces of up to 32 KiB. */
  private static final int FIRST_CAPACITY = 32 * 1024;

  /** Dumps that something else's change interrupts are read again this often. */
  private static final int DUMP_ATTEMPTS = 16;

  private final int fd;

  // Written by the one thread that uses the socket.
  private Arena arena = Arena.ofShared();
  private long buffer = arena.allocate(FIRST_CAPACITY, 8).address();
  private int capacity = FIRST_CAPACITY;
  private int sequence;
  private boolean closed;

  private NetlinkSocket(int fd) {
    this.fd = fd;
  }

  /** Opens a socket in the calling thread's network namespace. */
  public static NetlinkSocket open() throws SystemCallException {
    int fd = Syscall.socket(Rtnetlink.AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) {
      throw new SystemCallException("cannot open a netlink socket", -fd);
    }
    try (Arena arena = Arena.ofConfined()) {
      // Port 0: the kernel chooses; group 0: no news, answers only.
      long address = arena.allocate(SOCKADDR_LENGTH, 4).address();
      NativeMemory.putShort(address, (short) Rtnetlink.AF_NETLINK);
      int bound = Syscall.bind(fd, address, SOCKADDR_LENGTH);
      if (bound < 0) {
        Syscall.close(fd);
        throw new SystemCallException("cannot bind a netlink socket", -bound);
      }
    }
    // Each is a comfort that old kernels lack: no echoed requests, reasons in words, filtered
    // dumps.
    Syscall.setOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
    Syscall.setOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    Syscall.setOption(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    return new NetlinkSocket(fd);
  }

  /**
   * Asks for a change and waits for the acknowledgement.
   *
   * @param what "cannot …", for the exception; made only when it is needed
   */
  void change(NetlinkMessage request, Supplier<String> what) throws SystemCallException {
    Answer answer = exchange(request, what);
    if (answer.errno != 0) {
      throw answer.failure(what);
    }
  }

  /** Asks for one object; null when the kernel acknowledges without one. */
  NetlinkReply get(NetlinkMessage request, Supplier<String> what) throws SystemCallException {
    Answer answer = exchange(request, what);
    if (answer.errno != 0) {
      throw answer.failure(what);
    }
    return answer.replies.isEmpty() ? null : answer.replies.getFirst();
  }

  /**
   * Asks for all objects of a kind (NLM_F_DUMP); none when the kernel lacks the address family or
   * the table.
   */
  List<NetlinkReply> dump(NetlinkMessage request, Supplier<String> what)
      throws SystemCallException {
    for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      Answer answer = exchange(request, what);
      switch (answer.errno) {
        case 0 -> {
          if (answer.replies.stream().noneMatch(reply -> reply.has(Rtnetlink.NLM_F_DUMP_INTR))
              && !answer.interrupted) {
            return answer.replies;
          }
        }
        case Errno.EAFNOSUPPORT, Errno.EOPNOTSUPP, Errno.ENOENT -> {
          return List.of();
        }
        default -> throw answer.failure(what);
      }
    }
    throw new SystemCallException(what.get() + "; it keeps changing", Errno.EAGAIN);
  }

  /** How an exchange ended; {@code interrupted}: the closing message of a dump said so. */
  private record Answer(
      int errno, String explanation, boolean interrupted, List<NetlinkReply> replies) {
    SystemCallException failure(Supplier<String> what) {
      String text = what.get();
      if (errno == Errno.EPERM) {
        text += "; run as root or with CAP_NET_ADMIN";
      }
      return explanation == null
          ? new SystemCallException(text, errno)
          : new SystemCallException(text, errno, explanation);
    }
  }

  private Answer exchange(NetlinkMessage request, Supplier<String> what)
      throws SystemCallException {
    if (closed) {
      throw new SystemCallException(what.get(), Errno.EBADF);
    }
    sequence++;
    send(request.toBytes(sequence), what);
    boolean single = (request.flags() & (Rtnetlink.NLM_F_ACK | Rtnetlink.NLM_F_DUMP)) == 0;
    List<NetlinkReply> replies = new ArrayList<>();
    while (true) {
      for (NetlinkReply reply : NetlinkReply.parse(receive(what))) {
        if (reply.sequence() != sequence) {
          continue; // The rest of a dump that was given up.
        }
        switch (reply.type()) {
          case Rtnetlink.NLMSG_NOOP -> {
            // Padding.
          }
          case Rtnetlink.NLMSG_ERROR, Rtnetlink.NLMSG_DONE -> {
            return new Answer(
                reply.errno(), reply.explanation(), reply.has(Rtnetlink.NLM_F_DUMP_INTR), replies);
          }
          case Rtnetlink.NLMSG_OVERRUN -> throw new SystemCallException(what.get(), Errno.ENOBUFS);
          default -> replies.add(reply);
        }
      }
      if (single && !replies.isEmpty()) {
        return new Answer(0, null, false, replies);
      }
    }
  }

  private void send(byte[] message, Supplier<String> what) throws SystemCallException {
    NativeMemory.copy(message, 0, buffer, message.length);
    long sent;
    do {
      sent = Syscall.send(fd, buffer, message.length, 0);
    } while (sent == -Errno.EINTR);
    if (sent < 0) {
      throw new SystemCallException(what.get(), (int) -sent);
    }
  }

  private byte[] receive(Supplier<String> what) throws SystemCallException {
    int length = receive(MSG_PEEK_TRUNC, what);
    if (length > capacity) {
      grow(length);
    }
    length = receive(0, what);
    return NativeMemory.toBytes(buffer, length);
  }

  private int receive(int flags, Supplier<String> what) throws SystemCallException {
    long length;
    do {
      length = Syscall.recv(fd, buffer, capacity, flags);
    } while (length == -Errno.EINTR);
    if (length < 0) {
      throw new SystemCallException(what.get(), (int) -length);
    }
    return (int) length;
  }

  private void grow(int length) {
    arena.close();
    arena = Arena.ofShared();
    buffer = arena.allocate(length, 8).address();
    capacity = length;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Syscall.close(fd);
      arena.close();
    }
  }
}
