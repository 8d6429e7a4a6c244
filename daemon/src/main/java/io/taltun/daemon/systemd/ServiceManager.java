package io.taltun.daemon.systemd;

import io.taltun.daemon.health.Health;
import io.taltun.dataplane.os.Errno;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager where a gateway is in its life: sd_notify(3), systemd.service(5) under
 * {@code Type=notify}. Says nothing where there is none. Any thread.
 */
public final class ServiceManager {
  private static final Logger LOG = LoggerFactory.getLogger("systemd");

  /** Of the process that is to feed the watchdog; without it that is whoever has the variables. */
  public static final String WATCHDOG_PID = "WATCHDOG_PID";

  private final NotifySocket socket;
  private final long watchdogUs;

  /** Guarded by this: whether the last message was lost. */
  private boolean failing;

  private ServiceManager(NotifySocket socket, long watchdogUs) {
    this.socket = socket;
    this.watchdogUs = watchdogUs;
  }

  /** The one that started this process, or none. */
  public static ServiceManager ofThisProcess() {
    return of(System.getenv(), ProcessHandle.current().pid());
  }

  static ServiceManager of(Map<String, String> environment, long pid) {
    String name = environment.get("NOTIFY_SOCKET");
    if (name == null || name.isEmpty()) {
      return new ServiceManager(null, 0);
    }
    // sd_watchdog_enabled(3): the variables may be meant for our parent.
    String watched = environment.getOrDefault(WATCHDOG_PID, Long.toString(pid));
    long watchdogUs = watched.equals(Long.toString(pid)) ? micros(environment) : 0;
    return new ServiceManager(new NotifySocket(name), watchdogUs);
  }

  private static long micros(Map<String, String> environment) {
    try {
      return Math.max(0, Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0")));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Whether there is one. */
  public boolean isPresent() {
    return socket != null;
  }

  /** Packets flow, or a reload is over. */
  public void ready(String status) {
    tell("READY=1\nSTATUS=" + status);
  }

  /** A reload begins; {@link #ready} ends it, whether the new configuration was good or not. */
  public void reloading() {
    // CLOCK_MONOTONIC is what nanoTime() reads on Linux: Type=notify-reload compares it.
    tell("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
  }

  /** The end begins. */
  public void stopping() {
    tell("STOPPING=1\nSTATUS=stopping");
  }

  /** Another process goes on with the work: the service is that one from now on. */
  public void handedOverTo(long pid) {
    tell("MAINPID=" + pid);
  }

  /**
   * What feeds the watchdog: it is to hear of the health at least twice in the time after which the
   * watchdog bites. As long as a thread makes no progress it is not fed.
   */
  public Consumer<Health> watchdog() {
    if (watchdogUs == 0) {
      return health -> {};
    }
    LOG.debug("the watchdog waits for {} ms", TimeUnit.MICROSECONDS.toMillis(watchdogUs));
    return this::feed;
  }

  private void feed(Health health) {
    tell(health.isWell() ? "WATCHDOG=1" : "STATUS=" + health.reason());
  }

  private synchronized void tell(String message) {
    if (socket == null) {
      return;
    }
    int errno = socket.send(message);
    if (errno != 0 && !failing) {
      LOG.warn("the service manager does not hear this gateway: {}", Errno.text(errno));
    }
    failing = errno != 0;
  }
}
