package io.taltun.crypto.key;

import java.security.MessageDigest;
import java.util.Arrays;

/** 32 secret bytes that can be erased; safe for use by several threads. */
final class SecretBytes {
  /** Written by {@link #erase}, under the lock; null once erased. */
  private byte[] bytes;

  SecretBytes(byte[] owned) {
    this.bytes = owned;
  }

  synchronized byte[] copy() {
    if (bytes == null) {
      throw new IllegalStateException("the key is closed");
    }
    return bytes.clone();
  }

  synchronized void erase() {
    if (bytes != null) {
      Arrays.fill(bytes, (byte) 0);
      bytes = null;
    }
  }

  /** Constant time in the content; false when either is erased. */
  boolean sameAs(SecretBytes other) {
    if (this == other) {
      return true;
    }
    byte[] mine = copyOrNull();
    byte[] theirs = other.copyOrNull();
    try {
      return mine != null && theirs != null && MessageDigest.isEqual(mine, theirs);
    } finally {
      erase(mine);
      erase(theirs);
    }
  }

  private synchronized byte[] copyOrNull() {
    return bytes == null ? null : bytes.clone();
  }

  private static void erase(byte[] copy) {
    if (copy != null) {
      Arrays.fill(copy, (byte) 0);
    }
  }
}
