package io.taltun.daemon.gateway;

import io.taltun.daemon.control.Control;
import io.taltun.daemon.control.DeviceTransfer;
import io.taltun.daemon.takeover.Giver;
import io.taltun.daemon.takeover.Offer;
import io.taltun.daemon.takeover.TakeoverException;
import io.taltun.dataplane.tun.TunDevice;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.udp.UdpOffloads;
import io.taltun.dataplane.udp.UdpSocket;
import io.taltun.dataplane.udp.UdpSocketPair;
import io.taltun.dataplane.worker.WorkerGroup;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a running gateway over: the workers stand still, then the control thread is the exchange's.
 * So nothing but the exchange happens meanwhile.
 */
final class LiveGiver implements Giver {
  private static final Logger LOG = LoggerFactory.getLogger("takeover");
  private static final long STANDING_WITHIN_MS = 500;
  private static final int BROKEN = 1;

  private final String name;
  private final TunDevice device;
  private final SocketBinding sockets;
  private final UdpOffloads udpOffloads;
  private final WorkerGroup workers;
  private final Control control;
  private final LiveDevice live;
  private final Supplier<List<String>> network;

  // Written by the control thread: another process has what this one had.
  private volatile boolean committed;

  /**
   * @param network what the kernel was told
   */
  LiveGiver(
      String name,
      TunDevice device,
      SocketBinding sockets,
      UdpOffloads udpOffloads,
      WorkerGroup workers,
      Control control,
      LiveDevice live,
      Supplier<List<String>> network) {
    this.name = name;
    this.device = device;
    this.sockets = sockets;
    this.udpOffloads = udpOffloads;
    this.workers = workers;
    this.control = control;
    this.live = live;
    this.network = network;
  }

  /** Whether nothing may be taken back any more: it is another process's. Any thread. */
  boolean committed() {
    return committed;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Offer offer() throws TakeoverException {
    return ask(this::offerNow);
  }

  @Override
  public DeviceTransfer rehearsal() throws TakeoverException {
    return ask(control::rehearsal);
  }

  private <T> T ask(Callable<T> question) throws TakeoverException {
    try {
      return control.call(question);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TakeoverException("interrupted", e);
    } catch (TimeoutException e) {
      throw new TakeoverException("the control thread does not answer", e);
    } catch (ExecutionException e) {
      throw refusal(e.getCause());
    }
  }

  private static TakeoverException refusal(Throwable cause) {
    return cause instanceof TakeoverException refused
        ? refused
        : new TakeoverException("it cannot be offered: " + cause, cause);
  }

  private Offer offerNow() throws TakeoverException {
    if (!live.flowing()) {
      throw new TakeoverException(
          name + "'s link is down, or in another network namespace; set it up here first");
    }
    List<UdpSocketPair> pairs = sockets.sockets();
    return new Offer(
        ProcessHandle.current().pid(),
        sockets.port(),
        (int) sockets.fwmark(),
        device.offloads(),
        udpOffloads,
        network.get(),
        device.queues().stream().map(TunQueue::fd).toList(),
        descriptors(pairs, UdpSocketPair::ipv4),
        descriptors(pairs, UdpSocketPair::ipv6));
  }

  private static List<Integer> descriptors(
      List<UdpSocketPair> pairs, Function<UdpSocketPair, UdpSocket> family) {
    return pairs.stream().map(family).filter(Objects::nonNull).map(UdpSocket::fd).toList();
  }

  @Override
  public Outcome standStill(Offer offered, Exchange exchange) throws TakeoverException {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    control.submit(
        () -> {
          run(offered, exchange, outcome);
          return null;
        });
    try {
      return outcome.join();
    } catch (CompletionException e) {
      throw refusal(e.getCause());
    }
  }

  private void run(Offer offered, Exchange exchange, CompletableFuture<Outcome> outcome)
      throws InterruptedException {
    CountDownLatch goOn = new CountDownLatch(1);
    try {
      if (!workers.pause(goOn).await(STANDING_WITHIN_MS, TimeUnit.MILLISECONDS)) {
        throw new TakeoverException("a worker does not stand still");
      }
      if (!offerNow().equals(offered)) {
        throw new TakeoverException("its sockets or routes have changed meanwhile; try again");
      }
      DeviceTransfer state = control.transfer();
      Outcome ended = exchange.run(state, () -> committed = true);
      if (ended == Outcome.GIVEN) {
        control.eraseKeys();
        outcome.complete(ended);
        // This thread and the workers never move again: the process ends under them.
        new CountDownLatch(1).await();
      }
      if (ended == Outcome.LOST) {
        control.forgetSessions();
        committed = false;
        live.restoreNetwork();
      }
      outcome.complete(ended);
    } catch (TakeoverException | RuntimeException e) {
      endIfCommitted(e);
      LOG.debug("no takeover", e);
      outcome.completeExceptionally(e);
    } catch (Error e) {
      endIfCommitted(e);
      throw e;
    } finally {
      goOn.countDown();
    }
  }

  /** The workers must not go on: another process may use the sessions' counters. */
  private void endIfCommitted(Throwable e) {
    if (committed) {
      LOG.error("{} was given away, and this process broke", name, e);
      Runtime.getRuntime().halt(BROKEN);
    }
  }
}
