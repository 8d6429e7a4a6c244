package io.taltun.daemon.gateway;

import io.taltun.config.TaltunConfig;
import java.nio.file.Path;

/** Brings a gateway up. */
@FunctionalInterface
public interface GatewayFactory {
  /** Begins what takes long and needs no configuration, when a start is about to follow. */
  default void prepare() {}

  /**
   * Returns when packets can flow, or leaves nothing behind.
   *
   * @param config stays open, and owned by the caller, until the gateway is closed
   */
  Gateway start(TaltunConfig config) throws GatewayStartException;

  /**
   * As {@link #start}, going on from what earlier runs left.
   *
   * @param stateFile where that is; need not be there
   */
  default Gateway start(TaltunConfig config, Path stateFile) throws GatewayStartException {
    return start(config);
  }

  /**
   * As {@link #start}, in the place of the process that runs the gateway, which ends without losing
   * a packet; when this fails, it goes on.
   *
   * @param socket where that process listens for its successor
   */
  default Gateway takeOver(TaltunConfig config, Path stateFile, Path socket)
      throws GatewayStartException {
    throw new GatewayStartException("nothing can be taken over");
  }

  /**
   * As {@link #start} for a device alone: link down, no address, key or peer, for {@link
   * Gateway#apply} to fill.
   *
   * @param name of the device
   */
  default Gateway startBare(String name) throws GatewayStartException {
    throw new GatewayStartException("cannot make " + name + " without a configuration");
  }
}
