package io.taltun.daemon.gateway;

import io.taltun.config.TaltunConfig;

/** Brings a gateway up. */
@FunctionalInterface
public interface GatewayFactory {
  /**
   * Returns when packets can flow, or leaves nothing behind.
   *
   * @param config stays open, and owned by the caller, until the gateway is closed
   */
  Gateway start(TaltunConfig config) throws GatewayStartException;

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
