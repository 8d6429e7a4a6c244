package io.taltun.daemon.control;

import io.taltun.daemon.log.Facts;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Warns of what overflows, by the counters of drops: one line a minute for each kind at most, with
 * what to do about it. Control thread only.
 */
final class OverflowWatch {
  private static final Logger LOG = LoggerFactory.getLogger("overflow");
  static final long PAUSE_NS = TimeUnit.MINUTES.toNanos(1);

  /** The label of what the kernel dropped because nobody read the device in time. */
  static final String TUN_QUEUE_FULL = "tun_queue_full";

  /** What has a limit that traffic can reach. */
  private enum Limit {
    RECEIVE_BUFFER(
        "receive_buffer_full",
        "datagrams: the UDP sockets' receive buffers are full",
        "raise `tuning: receive-buffer`, or give the gateway more CPU"),
    SEND_BUFFER(
        "send_buffer_full",
        "datagrams: the UDP sockets' send buffers are full",
        "raise `tuning: send-buffer`, or look for a network interface that is too slow"),
    TUN_QUEUE(
        TUN_QUEUE_FULL,
        "packets: the device's queue is full",
        "raise `tuning: tun-queue`, or give the gateway more CPU"),
    WAITING(
        "waiting_full",
        "packets: too many wait for a peer's handshake",
        "`taltun status` shows which peer does not answer"),
    HANDSHAKES(
        "handshake_queue_full",
        "handshake messages: more come than are answered",
        "after a restart of many peers it passes; a flood is for the firewall, by source"),
    SOURCE_BUDGET(
        "handshake_over_budget",
        "handshake messages: one source sends more than its share",
        "a flood is for the firewall, by source");

    private final String label;
    private final String what;
    private final String advice;

    Limit(String label, String what, String advice) {
      this.label = label;
      this.what = what;
      this.advice = advice;
    }
  }

  private static final Limit[] LIMITS = Limit.values();

  private final Supplier<Map<String, Long>> drops;
  private final long[] told = new long[LIMITS.length];
  private final long[] toldAtNs = new long[LIMITS.length];

  /**
   * @param drops what was dropped so far, by label
   */
  OverflowWatch(Supplier<Map<String, Long>> drops) {
    this.drops = drops;
  }

  /** Compares the counters with what was told. */
  void look(long nowNs) {
    Map<String, Long> now = drops.get();
    for (int i = 0; i < LIMITS.length; i++) {
      long count = now.getOrDefault(LIMITS[i].label, 0L);
      if (count > told[i] && (told[i] == 0 || nowNs - toldAtNs[i] >= PAUSE_NS)) {
        tell(LIMITS[i], count - told[i]);
        told[i] = count;
        toldAtNs[i] = nowNs;
      }
    }
  }

  private static void tell(Limit limit, long dropped) {
    Facts.of("overflow")
        .with("drop", limit.label)
        .with("dropped", dropped)
        .log(LOG, Level.WARN, "dropped {} {}; {}", dropped, limit.what, limit.advice);
  }
}
