package io.taltun.bench.flow;

import java.util.Locale;

/**
 * What one JVM measured of one load, as a line of text between it and its parent.
 *
 * @param sealNs of a packet from the TUN device to the wire: the median sample
 * @param openNs of a packet from the wire to the TUN device
 * @param allocatedBytes of a packet, both ways together: the mean
 */
record Figures(String load, double sealNs, double openNs, double allocatedBytes) {
  private static final String PREFIX = "figures ";

  String line() {
    return PREFIX
        + String.format(Locale.ROOT, "%s %.2f %.2f %.4f", load, sealNs, openNs, allocatedBytes);
  }

  /** The figures in a line, or null where it is another's. */
  static Figures of(String line) {
    if (!line.startsWith(PREFIX)) {
      return null;
    }
    String[] words = line.substring(PREFIX.length()).split(" ");
    return new Figures(
        words[0],
        Double.parseDouble(words[1]),
        Double.parseDouble(words[2]),
        Double.parseDouble(words[3]));
  }

  double bothNs() {
    return sealNs + openNs;
  }
}
