/** ChaCha20-Poly1305 and X25519 of the JDK's own providers. */
package io.taltun.crypto.primitive.jdk;
