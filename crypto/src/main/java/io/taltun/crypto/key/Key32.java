package io.taltun.crypto.key;

import java.util.Base64;

/** The text and byte forms that all 32-byte keys share. */
final class Key32 {
  static final int LENGTH = 32;

  /** 32 bytes in base64: 43 significant characters and one '='. */
  private static final int BASE64_LENGTH = 44;

  private Key32() {}

  /** A copy of {@code raw}; the message of a refusal never shows the content. */
  static byte[] copyOf(byte[] raw) {
    if (raw.length != LENGTH) {
      throw new IllegalArgumentException(
          "a key is " + LENGTH + " bytes, these are " + raw.length + " bytes");
    }
    return raw.clone();
  }

  /** As {@code wg} reads keys: 44 characters, and the two spare bits of the last one are zero. */
  static byte[] decode(String text) {
    if (text.length() != BASE64_LENGTH) {
      throw new IllegalArgumentException(
          "a key is " + BASE64_LENGTH + " base64 characters, these are " + text.length());
    }
    byte[] raw;
    try {
      raw = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      // The decoder's message names an offending character of what may be a secret.
      throw new IllegalArgumentException("a key is base64; this text is not");
    }
    if (raw.length != LENGTH || !Base64.getEncoder().encodeToString(raw).equals(text)) {
      throw new IllegalArgumentException("a key is canonical base64 of 32 bytes; this text is not");
    }
    return raw;
  }

  static String encode(byte[] raw) {
    return Base64.getEncoder().encodeToString(raw);
  }
}
