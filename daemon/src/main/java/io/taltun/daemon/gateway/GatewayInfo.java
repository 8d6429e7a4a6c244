package io.taltun.daemon.gateway;

import java.util.Map;

/**
 * What a gateway runs on.
 *
 * @param version of Taltun
 * @param engines the cryptographic engines in use
 * @param workers threads that carry packets
 * @param features kernel features and modes, each with its state
 */
public record GatewayInfo(
    String version, String engines, int workers, Map<String, String> features) {}
