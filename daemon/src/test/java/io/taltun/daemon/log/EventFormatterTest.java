package io.taltun.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class EventFormatterTest {
  private static LogRecord event(Level level, String message) {
    LogRecord event = new LogRecord(level, message);
    event.setLoggerName("gateway");
    event.setInstant(Instant.parse("2026-11-21T10:00:00.1Z"));
    return event;
  }

  @Test
  void shouldWriteOneLineForPeople() {
    assertThat(new EventFormatter(LogStyle.TEXT, false).format(event(Level.INFO, "tal0 is up")))
        .isEqualTo("2026-11-21T10:00:00.100Z info  gateway: tal0 is up\n");
  }

  @Test
  void shouldGiveJournaldItsLevels() {
    EventFormatter journal = new EventFormatter(LogStyle.JOURNAL, false);
    assertThat(journal.format(event(Level.SEVERE, "a"))).isEqualTo("<3>gateway: a\n");
    assertThat(journal.format(event(Level.WARNING, "b"))).isEqualTo("<4>gateway: b\n");
    assertThat(journal.format(event(Level.INFO, "c"))).isEqualTo("<6>gateway: c\n");
    assertThat(journal.format(event(Level.FINE, "d"))).isEqualTo("<7>gateway: d\n");
  }

  @Test
  void shouldWriteJson() {
    LogRecord event = event(Level.WARNING, "a \"quoted\" name");
    event.setThrown(new IllegalStateException("why"));
    assertThat(new EventFormatter(LogStyle.JSON, false).format(event))
        .isEqualTo(
            """
            {"time":"2026-11-21T10:00:00.100Z","level":"warn","source":"gateway",\
            "message":"a \\"quoted\\" name","error":"IllegalStateException: why"}
            """);
  }

  @Test
  void shouldGiveProgramsTheFactsWhenAnEventHasThem() {
    List<LogRecord> seen = new ArrayList<>();
    Logger sink = Logger.getLogger("facts");
    Handler handler = handler(seen::add);
    sink.addHandler(handler);
    sink.setUseParentHandlers(false);
    Facts.of("peer-online")
        .with("peer", "{0} office")
        .with("endpoint", null)
        .with("message", "forged")
        .log(
            LoggerFactory.getLogger("facts"),
            org.slf4j.event.Level.INFO,
            "peer {} is online",
            "{0} office");
    sink.removeHandler(handler);
    LogRecord event = seen.getFirst();
    event.setInstant(Instant.parse("2026-11-21T10:00:00.100Z"));
    assertThat(new EventFormatter(LogStyle.JSON, false, "tal0").format(event))
        .isEqualTo(
            """
            {"time":"2026-11-21T10:00:00.100Z","level":"info","source":"facts",\
            "interface":"tal0","message":"peer {0} office is online","event":"peer-online",\
            "peer":"{0} office"}
            """);
    assertThat(new EventFormatter(LogStyle.JOURNAL, false).format(event))
        .isEqualTo("<6>facts: peer {0} office is online\n");
  }

  private static Handler handler(Consumer<LogRecord> sink) {
    return new Handler() {
      @Override
      public void publish(LogRecord event) {
        sink.accept(event);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  @Test
  void shouldNotLetAMessageForgeAnEvent() {
    assertThat(new EventFormatter(LogStyle.JOURNAL, false).format(event(Level.INFO, "x\n<0>y")))
        .isEqualTo("<6>gateway: x?<0>y\n");
  }

  @Test
  void shouldShowFramesOnlyWhenAskedTo() {
    LogRecord event = event(Level.WARNING, "broke");
    event.setThrown(new IllegalStateException("why", new RuntimeException("because")));
    String shortly = new EventFormatter(LogStyle.JOURNAL, false).format(event);
    assertThat(shortly)
        .isEqualTo(
            "<4>gateway: broke: IllegalStateException: why; caused by RuntimeException: because\n");
    String atLength = new EventFormatter(LogStyle.JOURNAL, true).format(event);
    assertThat(atLength).contains(getClass().getName()).hasLineCount(1);
  }
}
