package io.taltun.daemon.onboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QrCodeTest {
  private static final int PIXELS = 4;
  private static final int BLACK = 0xff000000;
  private static final int WHITE = 0xffffffff;

  private static final String CONF =
      """
      [Interface]
      PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
      Address = 10.99.0.2/32, fd99::2/128

      [Peer]
      PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
      PresharedKey = FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=
      AllowedIPs = 10.99.0.0/24, fd99::/64
      Endpoint = gateway.example.org:51820
      PersistentKeepalive = 25
      """;

  /** What a camera sees of the text: letters dark on white in colours, else light on black. */
  private static String scanned(String shown, boolean colours) throws ReaderException {
    List<String> lines =
        shown.lines().map(line -> line.replaceAll("\u001b\\[[0-9;]*m", "")).toList();
    int width = lines.getFirst().length() * PIXELS;
    int height = lines.size() * 2 * PIXELS;
    int[] pixels = new int[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        char c = lines.get(y / PIXELS / 2).charAt(x / PIXELS);
        boolean upper = y / PIXELS % 2 == 0;
        boolean letter = c == '\u2588' || c == (upper ? '\u2580' : '\u2584');
        pixels[y * width + x] = letter == colours ? BLACK : WHITE;
      }
    }
    var image =
        new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(width, height, pixels)));
    return new QRCodeReader().decode(image).getText();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldShowWhatAScannerReads(boolean colours) throws ReaderException {
    for (String text : List.of(CONF, "x", CONF + "# \u00fc\u4e16\n")) {
      assertThat(scanned(QrCode.render(text, colours), colours)).isEqualTo(text);
    }
  }

  @Test
  void shouldFitATerminalOf80Columns() {
    String shown = QrCode.render(CONF, false);
    assertThat(shown.lines()).allMatch(line -> line.length() <= 80);
    assertThat(shown.lines().count()).isLessThanOrEqualTo(40);
  }

  @Test
  void shouldSetBothColoursOnEachLine() {
    assertThat(QrCode.render(CONF, true).lines())
        .allMatch(
            line -> line.startsWith("\u001b[38;5;16;48;5;231m") && line.endsWith("\u001b[0m"));
    assertThat(QrCode.render(CONF, false)).doesNotContain("\u001b");
  }

  @Test
  void shouldRefuseWhatNoCodeHolds() {
    assertThatThrownBy(() -> QrCode.render("x".repeat(2954), false))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
