package io.taltun.daemon.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the streams can show.
 *
 * @param output whether standard output is a terminal
 * @param error whether standard error is a terminal
 * @param colours whether standard output takes colours
 * @param unicode whether a check mark can be printed
 */
public record Terminal(boolean output, boolean error, boolean colours, boolean unicode) {
  /** Plain text to files. */
  static final Terminal NONE = new Terminal(false, false, false, false);

  static Terminal ofThisProcess() {
    boolean output = isTerminal(1);
    String noColor = System.getenv("NO_COLOR"); // https://no-color.org
    boolean colours =
        output && (noColor == null || noColor.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
    boolean unicode = charset().newEncoder().canEncode('\u2713');
    return new Terminal(output, isTerminal(2), colours, unicode);
  }

  /** The one that standard output is read with. */
  static Charset charset() {
    return Charset.forName(System.getProperty("stdout.encoding", "UTF-8"), StandardCharsets.UTF_8);
  }

  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException e) {
      return false;
    }
  }

  /** The text in a colour or weight, where colours are. */
  public String paint(Paint paint, String text) {
    return colours && !text.isEmpty() ? "\u001b[" + paint.code + "m" + text + "\u001b[0m" : text;
  }

  /** Colours and weights (ECMA-48, SGR). */
  public enum Paint {
    /** Headings. */
    BOLD(1),
    /** What matters less. */
    FAINT(2),
    /** What is broken. */
    RED(31),
    /** What works. */
    GREEN(32),
    /** What is under way. */
    YELLOW(33);

    private final int code;

    Paint(int code) {
      this.code = code;
    }
  }
}
