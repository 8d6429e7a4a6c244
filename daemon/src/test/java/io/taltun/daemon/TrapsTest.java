package io.taltun.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each trap of {@code docs/traps.md} has a test that says so in its Javadoc, and each test and
 * script that the table names is there.
 */
class TrapsTest {
  private static final int TRAPS = 34;
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** A class with or without Javadoc, or a test with or without. */
  private static final Pattern DECLARED =
      Pattern.compile(
          "(?<doc>/\\*\\*(?:(?!\\*/).)*\\*/\\s*)?"
              + "(?<annotations>(?:@\\w+(?:\\([^)]*\\))?\\s+)*)(?:(?:public |final )*class"
              + " (?<type>\\w+)|(?:public )?void (?<method>should\\w+)\\()",
          Pattern.DOTALL);

  private static final Pattern NAMED_NUMBERS =
      Pattern.compile("\\b[Tt]raps? (\\d+(?:(?:, | and )\\d+)*)");
  private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| ([^|]+) \\| ([^|]+) \\|");
  private static final Pattern TEST_NAME = Pattern.compile("`(\\w+)#(should\\w+)`");
  private static final Pattern SCRIPT = Pattern.compile("`([\\w-]+\\.sh)`");

  /** {@code Class#shouldX}, and the traps that it names itself or by its class. */
  private final Map<String, Set<Integer>> tests = new HashMap<>();

  TrapsTest() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : files.filter(TrapsTest::isTest).toList()) {
        read(Files.readString(file));
      }
    }
  }

  private static boolean isTest(Path file) {
    return file.toString().contains("/src/test/java/") && file.toString().endsWith("Test.java");
  }

  private void read(String source) {
    String type = null;
    Set<Integer> ofType = Set.of();
    Matcher declared = DECLARED.matcher(source);
    while (declared.find()) {
      Set<Integer> named = numbers(declared.group("doc"));
      if (declared.group("type") != null) {
        if (type == null) {
          type = declared.group("type");
          ofType = named;
        }
      } else if (declared.group("annotations").contains("Test")
          && !declared.group("annotations").contains("@Disabled")) {
        named.addAll(ofType);
        tests
            .computeIfAbsent(type + "#" + declared.group("method"), _ -> new HashSet<>())
            .addAll(named);
      }
    }
  }

  private static Set<Integer> numbers(String doc) {
    Set<Integer> numbers = new HashSet<>();
    if (doc != null) {
      NAMED_NUMBERS
          .matcher(doc.replaceAll("\\s+\\*? *", " "))
          .results()
          .flatMap(named -> Stream.of(named.group(1).split("\\D+")))
          .forEach(number -> numbers.add(Integer.valueOf(number)));
    }
    return numbers;
  }

  @Test
  void shouldFindANamedTestForEachTrap() {
    Set<Integer> covered = new TreeSet<>();
    tests.values().forEach(covered::addAll);
    assertThat(covered).containsExactlyElementsOf(IntStream.rangeClosed(1, TRAPS).boxed().toList());
  }

  @Test
  void shouldNameOnlyTestsAndScriptsThatAreThereInTheTable() throws IOException {
    Map<Integer, List<String>> table = new TreeMap<>();
    for (String line : Files.readAllLines(ROOT.resolve("docs/traps.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        int number = Integer.parseInt(row.group(1));
        List<String> named = new ArrayList<>();
        TEST_NAME
            .matcher(row.group(3))
            .results()
            .forEach(it -> named.add(it.group(1) + "#" + it.group(2)));
        assertThat(named).as("tests of trap %d", number).isNotEmpty();
        for (String test : named) {
          assertThat(tests.containsKey(test)).as("%s of trap %d is there", test, number).isTrue();
          assertThat(tests.get(test)).as("traps that %s names", test).contains(number);
        }
        SCRIPT
            .matcher(row.group(3))
            .results()
            .forEach(it -> assertThat(ROOT.resolve("scripts/interop/" + it.group(1))).exists());
        assertThat(table.put(number, named)).as("rows of trap %d", number).isNull();
      }
    }
    assertThat(table.keySet())
        .containsExactlyElementsOf(IntStream.rangeClosed(1, TRAPS).boxed().toList());
  }
}
