package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OverflowWatchTest {
  private static final long MINUTE = OverflowWatch.PAUSE_NS;
  private static final Logger LOG = Logger.getLogger("overflow");

  private final Map<String, Long> drops = new HashMap<>();
  private final OverflowWatch watch = new OverflowWatch(() -> drops);
  private final List<String> lines = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord event) {
          lines.add(event.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOG.addHandler(handler);
    LOG.setUseParentHandlers(false);
  }

  @AfterEach
  void leave() {
    LOG.removeHandler(handler);
    LOG.setUseParentHandlers(true);
  }

  @Test
  void shouldNameTheKnobAtOnceAndThenOnceAMinute() {
    watch.look(0);
    assertThat(lines).isEmpty();
    drops.put("receive_buffer_full", 7L);
    watch.look(1);
    drops.put("receive_buffer_full", 9L);
    watch.look(2);
    watch.look(MINUTE);
    assertThat(lines)
        .containsExactly(
            "dropped 7 datagrams: the UDP sockets' receive buffers are full; raise `tuning:"
                + " receive-buffer`, or give the gateway more CPU");
    watch.look(1 + MINUTE);
    assertThat(lines).hasSize(2).last().asString().startsWith("dropped 2 datagrams: ");
    watch.look(1 + 3 * MINUTE);
    assertThat(lines).hasSize(2);
  }

  @Test
  void shouldKeepTheKindsApart() {
    drops.put("tun_queue_full", 1L);
    drops.put("send_buffer_full", 2L);
    drops.put("not_authentic", 3L);
    watch.look(0);
    assertThat(lines)
        .hasSize(2)
        .anyMatch(line -> line.contains("`tuning: tun-queue`"))
        .anyMatch(line -> line.contains("`tuning: send-buffer`"));
  }
}
