package io.taltun.daemon.gateway;

import io.taltun.crypto.key.PrivateKey;
import java.util.List;

/**
 * What one {@code set} of the cross-platform interface asks for, in its order. Null leaves a
 * setting as it is. Whoever takes it in the gateway owns the keys from then on.
 *
 * @param privateKey all zeros takes the device's key away
 * @param listenPort 0 lets the kernel choose
 * @param fwmark unsigned 32 bits; 0 is off
 * @param replacePeers removes all peers before the changes of {@code peers}
 * @param peers one key may occur more than once: the changes add up in their order
 */
public record DeviceChange(
    PrivateKey privateKey,
    Integer listenPort,
    Long fwmark,
    boolean replacePeers,
    List<PeerChange> peers) {}
