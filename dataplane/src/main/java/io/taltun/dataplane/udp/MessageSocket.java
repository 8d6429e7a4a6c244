package io.taltun.dataplane.udp;

/**
 * Where a worker's datagrams come from and go to: a UDP socket, or a wire in memory. Both calls
 * answer as the kernel does and neither blocks.
 */
public interface MessageSocket {
  /**
   * recvmmsg(2).
   *
   * @param messages address of {@code count} {@code struct mmsghdr}s
   * @return messages received, or {@code -errno} (EAGAIN when there are none)
   */
  int receive(long messages, int count);

  /**
   * sendmmsg(2).
   *
   * @param messages address of {@code count} {@code struct mmsghdr}s
   * @return messages sent, or {@code -errno} of the first
   */
  int send(long messages, int count);

  /**
   * How many datagrams were dropped for want of room since the last call. Called by the socket's
   * worker only.
   *
   * @param total what the kernel says of the socket's whole life (SO_RXQ_OVFL), unsigned
   */
  int newOverflows(int total);
}
