package io.taltun.config;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** The section {@code hooks}, from text and back. */
final class HooksSection {
  private static final String TIMEOUT = "timeout";

  private HooksSection() {}

  /**
   * @param section null when the file has none
   * @param file whose commands these are, or null when there is none whose mode counts
   */
  static Hooks read(Section section, Path file, Problems problems) {
    if (section == null) {
      return Hooks.NONE;
    }
    Map<HookEvent, HookCommand> commands = new EnumMap<>(HookEvent.class);
    for (HookEvent event : HookEvent.values()) {
      HookCommand command = command(section, event.key(), problems);
      if (command != null) {
        commands.put(event, command);
      }
    }
    if (file != null && !commands.isEmpty()) {
      KeyFile.writableByOthers(file).ifPresent(why -> problems.error(section.place(), why));
    }
    return new Hooks(commands, section.valueOr(TIMEOUT, Units::hookTimeout, Hooks.NONE.timeout()));
  }

  private static HookCommand command(Section section, String key, Problems problems) {
    YamlNode node = section.node(key);
    if (!(node instanceof YamlNode.Sequence sequence)) {
      Placed<String> text = section.text(key);
      return text == null ? null : HookCommand.ofShell(text.value());
    }
    List<String> words = section.list(key, word -> word).stream().map(Placed::value).toList();
    if (words.isEmpty()) {
      return null;
    }
    if (words.getFirst().isEmpty()) {
      problems.error(
          sequence.items().getFirst().place(), key + ": the program is missing; name it first");
      return null;
    }
    return new HookCommand(words, false);
  }

  /** Tells each key that differs from the default, with its value as YAML. */
  static void write(Hooks hooks, BiConsumer<String, String> line) {
    for (HookEvent event : HookEvent.values()) {
      HookCommand command = hooks.at(event);
      if (command != null) {
        line.accept(event.key(), yaml(command));
      }
    }
    if (!hooks.timeout().equals(Hooks.NONE.timeout())) {
      line.accept(TIMEOUT, hooks.timeout().toSeconds() + "s");
    }
  }

  private static String yaml(HookCommand command) {
    return command.shell()
        ? PeersYaml.scalar(command.arguments().getFirst())
        : command.arguments().stream()
            .map(PeersYaml::scalar)
            .collect(Collectors.joining(", ", "[", "]"));
  }
}
