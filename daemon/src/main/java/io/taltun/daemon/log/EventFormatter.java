package io.taltun.daemon.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** One line per event, whatever the message holds. */
final class EventFormatter extends Formatter {
  private static final DateTimeFormatter MILLISECONDS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  /** Made with the first JSON line: Jackson is a quarter of all classes that a start would load. */
  private static final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
  }

  /**
   * @param label as it is shown
   * @param syslog RFC 5424, section 6.2.1, which sd-daemon(3) takes in angle brackets
   */
  private record Severity(String label, int syslog) {
    static Severity of(Level level) {
      int value = level.intValue();
      return value >= Level.SEVERE.intValue()
          ? new Severity("error", 3)
          : value >= Level.WARNING.intValue()
              ? new Severity("warn", 4)
              : value >= Level.INFO.intValue() ? new Severity("info", 6) : new Severity("debug", 7);
    }
  }

  private final LogStyle style;
  private final boolean traces;
  private final String device;

  EventFormatter(LogStyle style, boolean traces) {
    this(style, traces, null);
  }

  /**
   * @param device whose process this is, for JSON lines; null for none
   */
  EventFormatter(LogStyle style, boolean traces, String device) {
    this.device = device;
    this.style = style;
    this.traces = traces;
  }

  @Override
  public String format(LogRecord event) {
    Severity severity = Severity.of(event.getLevel());
    String time = MILLISECONDS.format(event.getInstant());
    String logger = event.getLoggerName();
    String source = logger.substring(logger.lastIndexOf('.') + 1);
    return switch (style) {
      case TEXT ->
          "%s %-5s %s: %s\n".formatted(time, severity.label, source, oneLine(message(event)));
      case JOURNAL -> "<%d>%s: %s\n".formatted(severity.syslog, source, oneLine(message(event)));
      case JSON -> json(time, severity, source, event) + "\n";
    };
  }

  private String message(LogRecord event) {
    Throwable thrown = event.getThrown();
    return thrown == null ? words(event) : words(event) + ": " + Traces.oneLine(thrown, traces);
  }

  private String words(LogRecord event) {
    // With facts the arguments are in it already.
    return facts(event) == null ? formatMessage(event) : event.getMessage();
  }

  private static Facts facts(LogRecord event) {
    Object[] parameters = event.getParameters();
    return parameters != null
            && parameters.length > 0
            && parameters[parameters.length - 1] instanceof Facts facts
        ? facts
        : null;
  }

  private String json(String time, Severity severity, String source, LogRecord event) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("time", time);
    fields.put("level", severity.label);
    fields.put("source", source);
    if (device != null) {
      fields.put("interface", device);
    }
    fields.put("message", words(event));
    if (event.getThrown() != null) {
      fields.put("error", Traces.oneLine(event.getThrown(), traces));
    }
    Facts facts = facts(event);
    if (facts != null) {
      facts.values().forEach(fields::putIfAbsent);
    }
    try {
      return Json.MAPPER.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of texts is JSON", e);
    }
  }

  /** A name from a file or a packet must not be able to forge an event. */
  private static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
