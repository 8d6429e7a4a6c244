package io.taltun.config;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** wg-quick's commands, which bash reads, as ours, which sh reads, and back. */
final class WgQuickHooks {
  private static final Pattern INTERFACE =
      Pattern.compile("\\$(?:TALTUN_INTERFACE\\b|\\{TALTUN_INTERFACE})");

  private WgQuickHooks() {}

  /**
   * @param device what {@code %i} stands for
   */
  static Hooks read(WgQuickSections.Section section, String device) {
    Map<HookEvent, HookCommand> commands = new EnumMap<>(HookEvent.class);
    // wg-quick ends with the first that fails on the way up; on the way down all are to be tried.
    put(commands, HookEvent.UP, texts(section, device, "PostUp"), " && ");
    put(commands, HookEvent.DOWN, texts(section, device, "PreDown", "PostDown"), "; ");
    return new Hooks(commands, Hooks.NONE.timeout());
  }

  private static List<String> texts(
      WgQuickSections.Section section, String device, String... keys) {
    return Stream.of(keys)
        .flatMap(key -> section.list(key, text -> text.replace("%i", device)).stream())
        .map(Placed::value)
        .toList();
  }

  private static void put(
      Map<HookEvent, HookCommand> commands, HookEvent event, List<String> texts, String between) {
    if (!texts.isEmpty()) {
      String text =
          texts.size() == 1
              ? texts.getFirst()
              : texts.stream().map(WgQuickHooks::group).collect(Collectors.joining(between));
      commands.put(event, HookCommand.ofShell(text));
    }
  }

  /** So that whatever joins the text to another counts for the whole of it. */
  private static String group(String text) {
    return text.matches("(?s).*[;&]\\s*") ? "{ " + text + " }" : "{ " + text + "; }";
  }

  /**
   * As a value of wg-quick's, which knows the device and none of our other variables; null when it
   * is none: a comment or a line's end would cut it, a {@code %i} of its own would be another.
   */
  static String write(HookCommand command) {
    if (command.arguments().stream().anyMatch(argument -> argument.contains("%i"))) {
      return null;
    }
    String text =
        command.shell()
            ? INTERFACE.matcher(command.arguments().getFirst()).replaceAll("%i")
            : command.arguments().stream()
                .map(WgQuickHooks::quoted)
                .collect(Collectors.joining(" "));
    return text.contains("TALTUN_")
            || text.indexOf('#') >= 0
            || !text.equals(text.strip())
            || text.lines().count() != 1
        ? null
        : text;
  }

  private static String quoted(String argument) {
    return argument.matches("[A-Za-z0-9_./:=@%+,-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
