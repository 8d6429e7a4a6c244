package io.taltun.config;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The secret keys of one file, inline or in files of their own; erased again if the file is bad.
 */
final class Secrets implements AutoCloseable {
  private final Problems problems;
  private final boolean isFile;
  private final Credentials credentials;
  private final List<PresharedKey> presharedKeys = new ArrayList<>();
  private PrivateKey ownKey;
  private boolean exposureReported;

  /**
   * @param isFile whether the configuration itself lies in a file whose mode counts
   */
  Secrets(Problems problems, boolean isFile) {
    this(problems, isFile, Credentials.of(problems.file()));
  }

  Secrets(Problems problems, boolean isFile, Credentials credentials) {
    this.problems = problems;
    this.isFile = isFile;
    this.credentials = credentials;
  }

  /** Our key once it was read, or null. */
  PrivateKey ownKey() {
    return ownKey;
  }

  PrivateKey readPrivateKey(Section section) {
    ownKey = read(section, "private-key", "private-key-file", PrivateKey::ofBase64);
    if (!section.has("private-key") && !section.has("private-key-file")) {
      problems.error(
          section.place(),
          "a key is missing in `interface`; add `private-key-file: FILE` (made by `taltun genkey`)"
              + " or `private-key: BASE64`");
    }
    return ownKey;
  }

  PresharedKey readPresharedKey(Section section) {
    PresharedKey key = read(section, "preshared-key", "preshared-key-file", PresharedKey::ofBase64);
    if (key == null) {
      return PresharedKey.none();
    }
    presharedKeys.add(key);
    return key;
  }

  private <K> K read(
      Section section, String inlineKey, String fileKey, Function<String, K> parser) {
    if (section.has(inlineKey) && section.has(fileKey)) {
      problems.error(
          section.keyPlace(fileKey),
          "`"
              + inlineKey
              + "` on line "
              + section.keyPlace(inlineKey).line()
              + " gives the key already; keep one of the two");
      return null;
    }
    if (section.has(inlineKey)) {
      requireClosedFile(section.keyPlace(inlineKey), inlineKey);
      Placed<K> key = section.value(inlineKey, parser, null);
      return key == null ? null : key.value();
    }
    Placed<K> key = section.value(fileKey, name -> fromFile(name, parser), null);
    return key == null ? null : key.value();
  }

  private <K> K fromFile(String name, Function<String, K> parser) {
    Path credential = credentials.find(name);
    Path file;
    try {
      file = credential == null ? problems.file().resolveSibling(name) : credential;
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(Quote.value(name) + " is not a file name", e);
    }
    String text = credential == null ? KeyFile.read(file) : KeyFile.readCredential(file);
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(Quote.path(file) + ": " + e.getMessage(), e);
    }
  }

  private void requireClosedFile(Place place, String key) {
    if (!isFile || exposureReported) {
      return;
    }
    Optional<String> exposure = KeyFile.exposure(problems.file());
    if (exposure.isPresent()) {
      exposureReported = true;
      problems.error(place, key + ": " + exposure.get());
    }
  }

  @Override
  public void close() {
    if (ownKey != null) {
      ownKey.close();
    }
    presharedKeys.forEach(PresharedKey::close);
  }
}
