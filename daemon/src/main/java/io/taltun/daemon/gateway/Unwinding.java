package io.taltun.daemon.gateway;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a start has done so far, to be taken back in reverse order: at the end, or when a later step
 * fails. One step that fails does not keep the others from being taken back. One thread at a time.
 */
final class Unwinding implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  private record Step(String what, AutoCloseable undo) {}

  private final Deque<Step> steps = new ArrayDeque<>();

  /**
   * @param what names the step if it cannot be taken back
   */
  <T extends AutoCloseable> T add(String what, T undo) {
    steps.push(new Step(what, undo));
    return undo;
  }

  @Override
  public void close() {
    while (!steps.isEmpty()) {
      Step step = steps.pop();
      try {
        step.undo().close();
      } catch (Exception e) {
        LOG.warn("cannot take back {}: {}", step.what(), e.getMessage());
      }
    }
  }
}
