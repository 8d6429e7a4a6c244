package io.taltun.daemon.takeover;

/**
 * The first message. Its form stays as it is for ever: it is what tells versions apart.
 *
 * @param version of everything that follows
 * @param name of the device
 * @param pid of the process that takes over
 */
record Hello(int version, String name, long pid) {
  /** Of the messages in this package. */
  static final int VERSION = 1;

  byte[] write() {
    return new ByteSink().putInt(version).putText(name).putLong(pid).take();
  }

  static Hello read(byte[] message) throws TakeoverException {
    return ByteSource.whole(message, in -> new Hello(in.getInt(), in.getText(), in.getLong()));
  }
}
