package io.taltun.daemon.log;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.LogRecord;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.helpers.MessageFormatter;

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

  /**
   * Logs the event; {@code words} are as slf4j's, and say the same. It goes past slf4j, whose
   * binding to the JDK's logging keeps neither arguments nor key-value pairs.
   */
  public void log(Logger log, Level level, String words, Object... arguments) {
    LogRecord event =
        new LogRecord(level(level), MessageFormatter.basicArrayFormat(words, arguments));
    event.setLoggerName(log.getName());
    event.setParameters(new Object[] {this});
    java.util.logging.Logger.getLogger(log.getName()).log(event);
  }

  private static java.util.logging.Level level(Level level) {
    return switch (level) {
      case ERROR -> java.util.logging.Level.SEVERE;
      case WARN -> java.util.logging.Level.WARNING;
      case INFO -> java.util.logging.Level.INFO;
      case DEBUG -> java.util.logging.Level.FINE;
      case TRACE -> java.util.logging.Level.FINEST;
    };
  }

  Map<String, Object> values() {
    return Collections.unmodifiableMap(values);
  }
}
