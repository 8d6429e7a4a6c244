package io.taltun.crypto.primitive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;

/**
 * The Wycheproof vectors: in the folder of the system property {@code taltun.vectors} or the
 * environment's {@code TALTUN_VECTORS}, else in a folder {@code shared/vectors} beside the project.
 */
final class Wycheproof {
  private Wycheproof() {}

  /** All tests of all groups of a file; aborts the calling test when the file is not there. */
  static Stream<JsonNode> tests(String fileName) {
    Path file = folder().resolve(fileName);
    Assumptions.assumeTrue(Files.isReadable(file), "skipped: Wycheproof vectors not found");
    try {
      JsonNode groups = new ObjectMapper().readTree(file.toFile()).get("testGroups");
      return stream(groups).flatMap(group -> stream(group.get("tests")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] bytes(JsonNode test, String field) {
    return HexFormat.of().parseHex(test.get(field).asText());
  }

  static boolean valid(JsonNode test) {
    return test.get("result").asText().equals("valid");
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static Path folder() {
    String named = System.getProperty("taltun.vectors", System.getenv("TALTUN_VECTORS"));
    if (named != null) {
      return Path.of(named);
    }
    Path beside = Path.of("shared", "vectors");
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve(beside))) {
        return at.resolve(beside);
      }
    }
    return beside;
  }
}
