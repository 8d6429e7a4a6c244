package io.taltun.daemon.cli.watch;

import io.taltun.daemon.cli.Terminal;
import io.taltun.daemon.gateway.GatewayStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Draws again and again, on a terminal that is given back as it was. */
public final class StatusWatch {
  /** xterm's alternate screen, and no cursor; a terminal that knows neither ignores them. */
  private static final String ENTER = "\u001b[?1049h\u001b[?25l";

  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";

  /** ECMA-48: cursor home; erase the rest of the line; erase the rest of the screen. */
  private static final String HOME = "\u001b[H";

  private static final String END_OF_LINE = "\u001b[K";
  private static final String END_OF_SCREEN = "\u001b[J";

  /** Asks a gateway. */
  @FunctionalInterface
  public interface Source {
    /** The status of a gateway; fails when it does not answer. */
    GatewayStatus status(String name) throws IOException;
  }

  private final Terminal terminal;
  private final Supplier<? extends Collection<String>> running;
  private final Source source;
  private final Map<String, Rates> rates = new LinkedHashMap<>();
  private final Semaphore woken = new Semaphore(0);

  // Written by whoever ends it.
  private volatile boolean ended;

  /**
   * A watch over gateways.
   *
   * @param running names what is to be watched beside what was; asked before each drawing
   */
  public StatusWatch(
      Terminal terminal, Supplier<? extends Collection<String>> running, Source source) {
    this.terminal = terminal;
    this.running = running;
    this.source = source;
  }

  /** Ends it soon. Any thread. */
  public void end() {
    ended = true;
    woken.release();
  }

  /** Draws at once: the terminal has another size. Any thread. */
  public void redraw() {
    woken.release();
  }

  /** Returns when it was ended, or nobody reads any more. */
  public void run(PrintWriter out, long intervalMs) throws InterruptedException {
    out.print(ENTER);
    try {
      while (!ended && !out.checkError()) {
        WindowSize size = WindowSize.ofOutput();
        out.print(screen(size.columns(), size.rows(), Instant.now(), System.nanoTime()));
        out.flush();
        if (woken.tryAcquire(intervalMs, TimeUnit.MILLISECONDS)) {
          woken.drainPermits();
        }
      }
    } finally {
      out.print(LEAVE);
      out.flush();
    }
  }

  private String screen(int columns, int rows, Instant now, long nowNs) {
    List<String> lines = new WatchScreen(terminal, columns, rows, now).draw(look(nowNs));
    return HOME + String.join(END_OF_LINE + "\r\n", lines) + END_OF_LINE + END_OF_SCREEN;
  }

  List<WatchedGateway> look(long nowNs) {
    running.get().forEach(name -> rates.computeIfAbsent(name, it -> new Rates()));
    List<WatchedGateway> seen = new ArrayList<>();
    rates.forEach(
        (name, history) -> {
          GatewayStatus status = null;
          try {
            status = source.status(name);
            history.add(status, nowNs);
          } catch (IOException gone) {
            // Shown as such, and asked again.
          }
          seen.add(new WatchedGateway(name, status, history));
        });
    return seen;
  }
}
