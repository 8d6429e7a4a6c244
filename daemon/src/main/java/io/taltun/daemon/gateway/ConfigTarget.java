package io.taltun.daemon.gateway;

import io.taltun.config.TaltunConfig;

/** Says what a running gateway is to become. */
@FunctionalInterface
public interface ConfigTarget {
  /**
   * The configuration that is wanted, whole and valid. Called on the thread that makes the change;
   * it may read files.
   *
   * @param running what is in force, lent
   * @return with keys of its own, which the gateway closes
   * @throws ReconfigureException when it cannot be said; nothing is changed
   */
  TaltunConfig from(TaltunConfig running) throws ReconfigureException;

  /**
   * Whether it is a file's. What one says of peers that are away, their names and access rules, is
   * kept until the next; other targets know nothing of such peers.
   */
  default boolean isFile() {
    return true;
  }
}
