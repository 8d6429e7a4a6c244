package io.taltun.daemon.log;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * What programs want of an event, beside the words for people: JSON lines carry {@code event} and a
 * field for each fact. One thread; made for one line.
 */
public final class Facts {
  private final Map<String, Object> values = new LinkedHashMap<>();

  private Facts(String event) {
    values.put("event", event);
  }

  /**
   * Facts of an event.
   *
   * @param event its name, words joined by hyphens, which stays from version to version
   */
  public static Facts of(String event) {
    return new Facts(event);
  }

  /** Adds one; text, a number, a boolean or a list of such. A null is left out. */
  public Facts with(String key, Object value) {
    if (value != null) {
      values.put(key, value);
    }
    return this;
  }

  /** Logs the event; {@code words} are slf4j's, and say the same. */
  public void log(Logger log, Level level, String words, Object... arguments) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
    // slf4j fills no pattern with it, and its binding passes all arguments on with the record.
    all[arguments.length] = this;
    log.atLevel(level).log(words, all);
  }

  Map<String, Object> values() {
    return Collections.unmodifiableMap(values);
  }
}
