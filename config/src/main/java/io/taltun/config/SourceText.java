package io.taltun.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a configuration file as text: bounded, and valid UTF-8 or nothing. */
final class SourceText {
  /** Ten thousand peers are some three megabytes. */
  static final int MAX_BYTES = 64 << 20;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private SourceText() {}

  /** The text, or null after an error went to {@code problems}. */
  static String read(Path file, Problems problems) {
    byte[] raw;
    try (InputStream in = Files.newInputStream(file)) {
      raw = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      problems.error(Place.START, "no such file; check the path");
      return null;
    } catch (AccessDeniedException e) {
      problems.error(Place.START, "this user may not read the file; run as its owner or as root");
      return null;
    } catch (IOException e) {
      problems.error(
          Place.START,
          Files.isDirectory(file)
              ? "this is a directory; name the file in it"
              : "the file cannot be read: " + e.getMessage());
      return null;
    }
    return decode(raw, problems);
  }

  /** The text of a file's bytes, or null after an error went to {@code problems}. */
  static String decode(byte[] raw, Problems problems) {
    if (raw.length > MAX_BYTES) {
      problems.error(Place.START, "the file is larger than 64MiB; is it the right one?");
      return null;
    }
    CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    CharBuffer text = CharBuffer.allocate(raw.length);
    CoderResult outcome = utf8.decode(ByteBuffer.wrap(raw), text, true);
    text.flip();
    if (outcome.isError()) {
      problems.error(
          Place.of(text, text.length()), "not UTF-8 from here on; save the file as UTF-8 text");
      return null;
    }
    return withoutByteOrderMark(text.toString());
  }

  static String withoutByteOrderMark(String text) {
    return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
  }
}
