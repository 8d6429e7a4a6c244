package io.taltun.daemon.cli.demo;

import io.taltun.daemon.cli.Quantities;
import io.taltun.daemon.cli.Terminal;
import io.taltun.daemon.cli.Terminal.Paint;
import java.io.PrintWriter;
import java.util.Locale;

/** Tells what happens while it happens. */
final class Narrator {
  private static final int BAR_WIDTH = 30;

  /** ECMA-48: back to the line's start, erase the line. */
  private static final String ERASE = "\r\u001b[K";

  private final PrintWriter out;
  private final PrintWriter err;
  private final Terminal terminal;
  private final String mark;
  private long stepStartNs;

  Narrator(PrintWriter out, PrintWriter err, Terminal terminal) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
    this.mark = terminal.unicode() ? "\u2713" : "ok";
    this.stepStartNs = System.nanoTime();
  }

  void say(String text) {
    out.println(text);
    stepStartNs = System.nanoTime();
  }

  /** A step has happened, just now. */
  void done(String step, String detail) {
    double seconds = (System.nanoTime() - stepStartNs) / 1e9;
    out.println(
        String.format(
                Locale.ROOT,
                "%s %-24s %6.2f s  %s",
                terminal.paint(Paint.GREEN, mark),
                step,
                seconds,
                detail)
            .stripTrailing());
    stepStartNs = System.nanoTime();
  }

  /**
   * Draws over the last line of standard error when that is a terminal.
   *
   * @param share of the work that is done, 0 to 1
   */
  void progress(double share, long bytes) {
    if (terminal.error()) {
      int full = (int) (BAR_WIDTH * Math.clamp(share, 0, 1));
      String bar = "#".repeat(full) + ".".repeat(BAR_WIDTH - full);
      err.print(ERASE + "  [" + bar + "] " + Quantities.bytes(bytes));
      err.flush();
    }
  }

  void interrupted() {
    endProgress();
    err.println("taltun demo: interrupted; cleaned up");
  }

  void endProgress() {
    if (terminal.error()) {
      err.print(ERASE);
      err.flush();
    }
  }
}
