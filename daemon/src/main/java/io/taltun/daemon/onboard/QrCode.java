package io.taltun.daemon.onboard;

import io.nayuki.qrcodegen.DataTooLongException;
import java.util.ArrayList;
import java.util.List;

/**
 * A text as a QR code (ISO/IEC 18004) of characters, two modules high each. Camera apps want dark
 * modules on a light ground with a light rim, whatever the terminal's own colours are.
 */
public final class QrCode {
  /** The rim that the standard asks for, in modules. */
  static final int QUIET_ZONE = 4;

  /** Black on white out of the 256 colours, which no theme changes, unlike the first 16. */
  private static final String BLACK_ON_WHITE = "\u001b[38;5;16;48;5;231m";

  private static final String RESET = "\u001b[0m";

  private static final char NONE = ' ';
  private static final char UPPER = '\u2580';
  private static final char LOWER = '\u2584';
  private static final char BOTH = '\u2588';

  private QrCode() {}

  /**
   * Lines of characters, each ended by a line feed.
   *
   * @param colours whether the terminal takes them; without, its ground is taken for dark and its
   *     letters for light
   * @throws IllegalArgumentException when the text is longer than the 2953 bytes that fit
   */
  public static String render(String text, boolean colours) {
    io.nayuki.qrcodegen.QrCode code;
    try {
      code = io.nayuki.qrcodegen.QrCode.encodeText(text, io.nayuki.qrcodegen.QrCode.Ecc.LOW);
    } catch (DataTooLongException e) {
      throw new IllegalArgumentException("the text is too long for a QR code", e);
    }
    List<String> lines = new ArrayList<>();
    for (int y = -QUIET_ZONE; y < code.size + QUIET_ZONE; y += 2) {
      StringBuilder line = new StringBuilder();
      for (int x = -QUIET_ZONE; x < code.size + QUIET_ZONE; x++) {
        // Modules outside of the code are light. Letters are the dark ones in colours, else the
        // light ones.
        boolean upper = code.getModule(x, y) == colours;
        boolean lower = code.getModule(x, y + 1) == colours;
        line.append(upper ? lower ? BOTH : UPPER : lower ? LOWER : NONE);
      }
      lines.add(colours ? BLACK_ON_WHITE + line + RESET : line.toString());
    }
    return String.join("\n", lines) + "\n";
  }
}
