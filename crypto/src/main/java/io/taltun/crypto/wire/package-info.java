/**
 * The four messages of the WireGuard protocol, as offsets and little-endian accessors over bytes.
 */
package io.taltun.crypto.wire;
