/** The cross-platform userspace interface that {@code wg} speaks. */
package io.taltun.daemon.uapi;
