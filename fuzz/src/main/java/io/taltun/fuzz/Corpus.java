package io.taltun.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The inputs that are kept for a target: {@code fuzz/NAME.hex} of its module's test resources, one
 * input a line in hexadecimal digits, {@code #} for comments, {@code -} for the empty input.
 */
public final class Corpus {
  private static final String EMPTY = "-";

  private Corpus() {}

  /** The target's seeds and what its file has; none where there is no file. */
  public static List<byte[]> of(FuzzTarget target) {
    List<byte[]> inputs = new ArrayList<>(target.seeds());
    String file = "fuzz/" + target.name() + ".hex";
    try (InputStream in = target.getClass().getClassLoader().getResourceAsStream(file)) {
      if (in != null) {
        new String(in.readAllBytes(), StandardCharsets.US_ASCII)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .forEach(line -> inputs.add(parse(line)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return inputs;
  }

  /** One input from its line. */
  public static byte[] parse(String line) {
    return line.equals(EMPTY) ? new byte[0] : HexFormat.of().parseHex(line);
  }

  /** One input as a line. */
  public static String line(byte[] input) {
    return input.length == 0 ? EMPTY : HexFormat.of().formatHex(input);
  }
}
