package io.taltun.daemon.state;

import io.taltun.crypto.key.PublicKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps a state file as its content is to be: changes are appended; when the file has become much
 * longer than what it says, and after every failure, a whole new one takes its place. One thread.
 */
final class JournalWriter {
  /** Below this the file is not worth to be written anew, in bytes. */
  private static final int LEAST_TO_COMPACT = 64 << 10;

  /** How much longer than its content a file may be. */
  private static final int COMPACT_AT_TIMES = 4;

  private final JournalFiles files;
  private final Map<PublicKey, PeerRecord> content = new LinkedHashMap<>();
  private byte[] sent;

  /** Whether the file has to be written as a whole: its end, or its place, is not certain. */
  private boolean unsure = true;

  private long fileBytes;
  private long wholeBytes;

  /** Nothing is written before the first {@link #write}, which then writes all of it. */
  JournalWriter(JournalFiles files, Map<PublicKey, PeerRecord> content, byte[] sent) {
    this.files = files;
    this.content.putAll(content);
    this.sent = sent;
  }

  /**
   * Returns when the changes are on the disk.
   *
   * @throws IOException when they are not; they will be with the next call that succeeds
   */
  void write(Changes changes) throws IOException {
    apply(changes);
    if (!unsure && changes.isEmpty()) {
      return;
    }
    if (unsure || fileBytes > Math.max(LEAST_TO_COMPACT, COMPACT_AT_TIMES * wholeBytes)) {
      writeWhole();
    } else {
      append(changes);
    }
  }

  private void apply(Changes changes) {
    changes
        .peers()
        .forEach(
            (key, record) -> {
              if (record == null) {
                content.remove(key);
              } else {
                content.put(key, record);
              }
            });
    if (changes.sent() != null) {
      sent = changes.sent();
    }
  }

  private void append(Changes changes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    changes
        .peers()
        .forEach(
            (key, record) ->
                out.writeBytes(
                    record == null ? StateFormat.removed(key) : StateFormat.peer(record)));
    if (changes.sent() != null) {
      out.writeBytes(StateFormat.sent(changes.sent()));
    }
    // A write that stops halfway leaves a torn record that would hide all behind it; and after a
    // sync that failed nobody knows what is on the disk.
    unsure = true;
    files.append(out.toByteArray());
    files.sync();
    unsure = false;
    fileBytes += out.size();
  }

  private void writeWhole() throws IOException {
    unsure = true;
    byte[] whole = StateFormat.whole(content.values(), sent);
    files.writeNew(whole);
    files.syncNew();
    files.replace();
    files.syncFolder();
    unsure = false;
    fileBytes = whole.length;
    wholeBytes = whole.length;
  }

  void close() {
    files.close();
  }
}
