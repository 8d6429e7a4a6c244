import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Gives the classes of old archives stack maps: {@code java StackMaps.java FOLDER}, whose archives
 * are rewritten in place. Some libraries are still compiled for Java 5. The JVM checks such classes
 * the slow way and puts none into an ahead-of-time cache; picocli's alone were 0.1 s of each start.
 *
 * <p>Archives without such classes stay as they are, and a rewritten one keeps its time, so that a
 * second run changes nothing.
 */
final class StackMaps {
  /** The first version whose classes have to have stack maps (JVMS 4.10). */
  private static final int JAVA_7 = 51;

  private final ClassFile classes;

  private StackMaps(URLClassLoader loader) {
    ClassHierarchyResolver hierarchy =
        ClassHierarchyResolver.ofResourceParsing(loader)
            .orElse(ClassHierarchyResolver.defaultResolver());
    // Code is copied as it is where the constants keep their places: maps come with new ones only.
    classes =
        ClassFile.of(
            ClassFile.ConstantPoolSharingOption.NEW_POOL,
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(hierarchy));
  }

  public static void main(String[] arguments) throws IOException {
    List<Path> archives;
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      archives = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    URL[] urls = archives.stream().map(StackMaps::url).toArray(URL[]::new);
    try (URLClassLoader loader = new URLClassLoader(urls)) {
      StackMaps maps = new StackMaps(loader);
      for (Path archive : archives) {
        maps.rewrite(archive);
      }
    }
  }

  private static URL url(Path archive) {
    try {
      return archive.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void rewrite(Path archive) throws IOException {
    Path rewritten = archive.resolveSibling(archive.getFileName() + ".new");
    FileTime time = Files.getLastModifiedTime(archive);
    boolean changed = false;
    try (ZipFile in = new ZipFile(archive.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(rewritten))) {
      for (ZipEntry entry : Collections.list(in.entries())) {
        byte[] old = content(in, entry);
        byte[] now = entry.getName().endsWith(".class") ? withMaps(old) : old;
        changed |= now != old;
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(now);
        out.closeEntry();
      }
    }
    if (changed) {
      Files.setLastModifiedTime(rewritten, time);
      Files.move(rewritten, archive, StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.delete(rewritten);
    }
  }

  private static byte[] content(ZipFile archive, ZipEntry entry) throws IOException {
    try (InputStream in = archive.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  private byte[] withMaps(byte[] bytes) {
    ClassModel old = classes.parse(bytes);
    if (old.majorVersion() >= JAVA_7) {
      return bytes;
    }
    return classes.transformClass(
        old,
        ClassTransform.dropping(ClassFileVersion.class::isInstance)
            .andThen(ClassTransform.endHandler(builder -> builder.withVersion(JAVA_7, 0))));
  }
}
