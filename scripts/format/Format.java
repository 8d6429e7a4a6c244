import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * {@code check ROOT} fails when a Java source differs from google-java-format's output; {@code
 * apply ROOT} rewrites it. Run by the build on the toolchain's JDK; by hand: {@code
 * scripts/format.sh}.
 */
final class Format {
  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    List<Path> sources;
    try (Stream<Path> tree = Files.walk(Path.of(args[1]))) {
      sources =
          tree.filter(p -> p.toString().endsWith(".java") && !p.toString().contains("/target/"))
              .sorted()
              .toList();
    }
    AtomicInteger wrong = new AtomicInteger();
    sources.parallelStream().forEach(p -> format(p, apply, wrong));
    if (wrong.get() > 0) {
      System.err.println(wrong + " unformatted; run scripts/format.sh");
      System.exit(1);
    }
  }

  private static void format(Path source, boolean apply, AtomicInteger wrong) {
    try {
      String before = Files.readString(source);
      String after =
          new Formatter()
              .formatSourceAndFixImports(RemoveUnusedImports.removeUnusedImports(before));
      if (before.equals(after)) {
        return;
      }
      if (apply) {
        Files.writeString(source, after);
      } else {
        System.err.println("not formatted: " + source);
        wrong.incrementAndGet();
      }
    } catch (Exception e) {
      System.err.println(source + ": " + e.getMessage());
      wrong.incrementAndGet();
    }
  }
}
