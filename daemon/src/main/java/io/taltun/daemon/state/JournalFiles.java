package io.taltun.daemon.state;

import java.io.IOException;

/**
 * The operations on disk that a state file is made of, one by one, so that a test can crash between
 * any two. One thread at a time.
 */
interface JournalFiles extends AutoCloseable {
  /** For messages. */
  String name();

  /** All bytes of the file; null when there is none. */
  byte[] read() throws IOException;

  /** Moves the file out of the way, under a name that is not read. */
  void setAside() throws IOException;

  /** Writes behind what is there; not durable before {@link #sync}. */
  void append(byte[] bytes) throws IOException;

  /** Returns when what was appended is on the disk. */
  void sync() throws IOException;

  /** Writes a new file beside the one that is read, only for its owner to read. */
  void writeNew(byte[] bytes) throws IOException;

  /** Returns when the new file's bytes are on the disk. */
  void syncNew() throws IOException;

  /** The new file takes the place of the other, as a whole. */
  void replace() throws IOException;

  /** Returns when the names in the folder are on the disk. */
  void syncFolder() throws IOException;

  @Override
  void close();
}
