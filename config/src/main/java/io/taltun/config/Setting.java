package io.taltun.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * One key of the file as a {@link Diff} compares it.
 *
 * @param section of the file that it stands in; {@link #PEER} for one of a peer
 * @param key as the file has it
 * @param value what is compared; a list counts as a set
 * @param text a value as the file writes it; null for a secret, which is never shown
 * @param live whether a running gateway takes another value; otherwise it needs a restart
 */
record Setting<T>(
    String section, String key, Function<T, ?> value, Function<Object, String> text, boolean live) {
  static final String PEER = "peers";

  /** The value of a restriction that is not there: nothing to say of a new peer. */
  static final String EVERYTHING = "everything";

  private static final String NONE = "none";

  static <T> Setting<T> live(String section, String key, Function<T, ?> value) {
    return new Setting<>(section, key, value, Object::toString, true);
  }

  static <T> Setting<T> atStart(String section, String key, Function<T, ?> value) {
    return new Setting<>(section, key, value, Object::toString, false);
  }

  static <T> Setting<T> secret(String section, String key, Function<T, ?> value) {
    return new Setting<>(section, key, value, null, true);
  }

  /** {@code key before -> after}, {@code key +added -removed}, or null when both are the same. */
  String change(T before, T after) {
    Object from = value.apply(before);
    Object to = value.apply(after);
    if (from instanceof List<?> old && to instanceof List<?> now) {
      return listChange(new LinkedHashSet<>(old), new LinkedHashSet<>(now));
    }
    if (Objects.equals(from, to)) {
      return null;
    }
    return text == null ? key + " changed" : key + " " + shown(from) + " -> " + shown(to);
  }

  private String listChange(Set<?> before, Set<?> after) {
    List<String> words = new ArrayList<>();
    after.stream().filter(it -> !before.contains(it)).forEach(it -> words.add("+" + shown(it)));
    before.stream().filter(it -> !after.contains(it)).forEach(it -> words.add("-" + shown(it)));
    return words.isEmpty() ? null : key + " " + String.join(" ", words);
  }

  private String shown(Object value) {
    return value == null ? NONE : text.apply(value);
  }

  /** {@code key value} of something new, or null when there is nothing to say. */
  String description(T of) {
    Object now = value.apply(of);
    if (now == null || now == EVERYTHING || now instanceof List<?> list && list.isEmpty()) {
      return null;
    }
    return now instanceof List<?> list
        ? key + " " + String.join(" ", list.stream().map(text).toList())
        : key + " " + shown(now);
  }
}
