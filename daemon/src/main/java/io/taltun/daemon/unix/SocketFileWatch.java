package io.taltun.daemon.unix;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Notices that a socket's file is taken away or replaced, which is how users of the cross-platform
 * interface may ask its server to end. A thread of its own sleeps until the folder changes.
 */
public final class SocketFileWatch implements AutoCloseable {
  private final Path socket;
  private final Object file;
  private final WatchService folder;

  // Guarded by this.
  private boolean closed;

  private SocketFileWatch(Path socket, Object file, WatchService folder) {
    this.socket = socket;
    this.file = file;
    this.folder = folder;
  }

  /**
   * @param socket whose file is gone already when it was removed since it was made
   * @param gone called at most once, on the watch's thread; must not block
   */
  public static SocketFileWatch open(Path socket, Runnable gone) throws IOException {
    WatchService folder = socket.getFileSystem().newWatchService();
    try {
      // Before the first look: what happens after it is not missed.
      socket
          .getParent()
          .register(
              folder, StandardWatchEventKinds.ENTRY_DELETE, StandardWatchEventKinds.ENTRY_CREATE);
      SocketFileWatch watch = new SocketFileWatch(socket, identity(socket), folder);
      Thread.ofPlatform().daemon().name("taltun-socket-watch").start(() -> watch.run(gone));
      return watch;
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private void run(Runnable gone) {
    try {
      while (isThere()) {
        WatchKey key = folder.take();
        key.pollEvents();
        key.reset();
      }
      tell(gone);
    } catch (InterruptedException | ClosedWatchServiceException end) {
      // Nobody wants to know any more.
    }
  }

  private synchronized void tell(Runnable gone) {
    if (!closed) {
      gone.run();
    }
  }

  private boolean isThere() {
    return file != null && file.equals(identity(socket));
  }

  /** Device and inode; null when there is no such file. */
  private static Object identity(Path socket) {
    try {
      return Files.readAttributes(socket, BasicFileAttributes.class).fileKey();
    } catch (IOException gone) {
      return null;
    }
  }

  /** Ends the thread; {@code gone} is not called any more. */
  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
    }
    folder.close();
  }
}
