package io.taltun.daemon.peer;

/** Gives out session indices; implemented beside the table that workers look sessions up in. */
public interface IndexSource {
  /** What {@link #allocate} returns when nothing is left; never an index. */
  int NONE = 0;

  /**
   * Reserves an index that is not in use and that nobody can predict.
   *
   * @return the index, any 32 bits but {@link #NONE}
   */
  int allocate();

  /**
   * Gives an index back. Called once for each allocated index: when its handshake failed, or just
   * after {@link Actions#sessionRetired}.
   */
  void release(int index);
}
