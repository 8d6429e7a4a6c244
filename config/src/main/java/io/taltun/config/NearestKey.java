package io.taltun.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the key, or the word, that a mistyped one was meant to be. */
public final class NearestKey {
  /** Keys are short; anything longer is no slip of the finger. */
  private static final int MAX_CHARS = 40;

  private NearestKey() {}

  /** The known key closest to {@code unknown}, when one is close. */
  public static Optional<String> of(String unknown, Collection<String> known) {
    String wanted = bare(unknown);
    if (wanted.isEmpty() || wanted.length() > MAX_CHARS) {
      return Optional.empty();
    }
    int tolerance = Math.max(1, wanted.length() / 3);
    return known.stream()
        .filter(key -> distance(wanted, bare(key)) <= tolerance)
        .min(Comparator.comparingInt(key -> distance(wanted, bare(key))));
  }

  /** {@code listen_port}, {@code ListenPort} and {@code listen-port} are one key to a reader. */
  private static String bare(String key) {
    return key.toLowerCase(Locale.ROOT).replaceAll("[-_. ]", "");
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substituted, Math.min(row[j - 1], above) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
