/**
 * The cryptographic primitives that WireGuard names, as interfaces, and the choice of their
 * engines.
 */
package io.taltun.crypto.primitive;
