package io.taltun.daemon.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of this process without the program's own arguments: same JVM, same options. */
final class SelfCommand {
  private SelfCommand() {}

  /**
   * @param argumentCount how many arguments the program itself was given
   * @return empty when the process cannot see its own command line
   */
  static List<String> of(int argumentCount) {
    try {
      String all = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1);
      // The name that was typed may be relative to a PATH that has changed.
      String executable = Files.readSymbolicLink(Path.of("/proc/self/exe")).toString();
      return prefix(all, executable, argumentCount);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Each word of {@code zeroTerminated} ends with a zero byte, proc(5). */
  static List<String> prefix(String zeroTerminated, String executable, int argumentCount) {
    List<String> words = new ArrayList<>(List.of(zeroTerminated.split("\0", -1)));
    words.removeLast();
    int length = words.size() - argumentCount;
    if (length < 1) {
      return List.of();
    }
    words.set(0, executable);
    return List.copyOf(words.subList(0, length));
  }
}
