package io.taltun.daemon.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sets up what slf4j writes to. The JDK's own logging with a formatter of ours does all that is
 * needed; of the small bindings only slf4j-simple comes near, and it has neither levels for
 * journald nor JSON.
 */
public final class Logs {
  /**
   * Libraries' events by the least level that is of use. Held here: the JDK forgets the level of a
   * logger that nobody holds.
   */
  private static final Map<Logger, Level> LIBRARIES =
      Map.of(
          Logger.getLogger("io.netty"), Level.WARNING,
          // It warns where there is no loopback device, which nothing here uses.
          Logger.getLogger("io.netty.util.NetUtilInitializations"), Level.SEVERE,
          Logger.getLogger("java.lang.Runtime"), Level.INFO);

  private static final Logger ROOT = Logger.getLogger("");

  private Logs() {}

  /**
   * Replaces every handler by one on stderr, for a command.
   *
   * @param level the least that is written
   * @param traces whether exceptions come with their frames
   */
  public static void configure(LogStyle style, Level level, boolean traces) {
    configure(style, level, traces, null);
  }

  /**
   * The same for a gateway.
   *
   * @param device its name, which JSON lines carry; null for none
   */
  public static void configure(LogStyle style, Level level, boolean traces, String device) {
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    Handler stderr = new ConsoleHandler();
    stderr.setLevel(Level.ALL);
    stderr.setFormatter(new EventFormatter(style, traces, device));
    ROOT.addHandler(stderr);
    ROOT.setLevel(level);
    LIBRARIES.forEach(Logger::setLevel);
  }

  /**
   * Whether stderr is journald's: {@code JOURNAL_STREAM} names its device and inode
   * (systemd.exec(5)), and may be inherited by a process whose stderr is something else.
   */
  public static boolean stderrIsJournal() {
    String stream = System.getenv("JOURNAL_STREAM");
    if (stream == null) {
      return false;
    }
    try {
      var stderr = Files.readAttributes(Path.of("/proc/self/fd/2"), "unix:dev,ino");
      return stream.equals(stderr.get("dev") + ":" + stderr.get("ino"));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
