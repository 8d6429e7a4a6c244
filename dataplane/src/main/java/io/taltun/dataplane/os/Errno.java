package io.taltun.dataplane.os;

import java.util.Map;

/** errno values of Linux (asm-generic/errno.h) that Taltun acts on, with their usual text. */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int EPIPE = 32;
  public static final int EPROTO = 71;
  public static final int EBADFD = 77;
  public static final int EMSGSIZE = 90;
  public static final int EPROTONOSUPPORT = 93;
  public static final int EOPNOTSUPP = 95;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENETDOWN = 100;
  public static final int ENETUNREACH = 101;
  public static final int ECONNRESET = 104;
  public static final int ENOBUFS = 105;
  public static final int ECONNREFUSED = 111;
  public static final int EHOSTUNREACH = 113;

  private static final Map<Integer, String> TEXT =
      Map.ofEntries(
          Map.entry(EPERM, "operation not permitted"),
          Map.entry(ENOENT, "no such file or directory"),
          Map.entry(ESRCH, "no such entry"),
          Map.entry(EINTR, "interrupted"),
          Map.entry(EPIPE, "broken pipe"),
          Map.entry(ECONNRESET, "connection reset"),
          Map.entry(EIO, "input/output error"),
          Map.entry(EBADF, "bad file descriptor"),
          Map.entry(EAGAIN, "try again"),
          Map.entry(ENOMEM, "out of memory"),
          Map.entry(EACCES, "permission denied"),
          Map.entry(EBUSY, "device or resource busy"),
          Map.entry(EEXIST, "exists already"),
          Map.entry(ENODEV, "no such device"),
          Map.entry(EINVAL, "invalid argument"),
          Map.entry(EPROTO, "protocol error"),
          Map.entry(EMSGSIZE, "message too long"),
          Map.entry(EPROTONOSUPPORT, "protocol not supported"),
          Map.entry(EOPNOTSUPP, "operation not supported"),
          Map.entry(EAFNOSUPPORT, "address family not supported"),
          Map.entry(EADDRINUSE, "address already in use"),
          Map.entry(EADDRNOTAVAIL, "cannot assign the address"),
          Map.entry(ENETDOWN, "network is down"),
          Map.entry(ENETUNREACH, "network is unreachable"),
          Map.entry(ENOBUFS, "no buffer space"),
          Map.entry(ECONNREFUSED, "connection refused"),
          Map.entry(EHOSTUNREACH, "no route to host"));

  private Errno() {}

  /**
   * @param errno positive errno value
   * @return a short text such as {@code permission denied}
   */
  public static String text(int errno) {
    return TEXT.getOrDefault(errno, "error " + errno);
  }
}
