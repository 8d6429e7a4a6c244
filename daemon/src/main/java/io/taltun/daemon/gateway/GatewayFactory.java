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
}
