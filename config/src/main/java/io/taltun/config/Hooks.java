package io.taltun.config;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * Commands that are run when something happens.
 *
 * @param commands by what they are run at
 * @param timeout after which a run is ended, 1 s to 5 min
 */
public record Hooks(Map<HookEvent, HookCommand> commands, Duration timeout) {
  /** The longest that a run may take. */
  public static final Duration MOST_TIMEOUT = Duration.ofMinutes(5);

  /** No commands; ten seconds. */
  public static final Hooks NONE = new Hooks(Map.of(), Duration.ofSeconds(10));

  /** Copies the map. */
  public Hooks {
    commands = Map.copyOf(commands);
    Objects.requireNonNull(timeout, "timeout");
  }

  /** The command of an event, or null. */
  public HookCommand at(HookEvent event) {
    return commands.get(event);
  }
}
