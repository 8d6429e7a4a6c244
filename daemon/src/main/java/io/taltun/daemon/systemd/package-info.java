/** What the service manager hears from a gateway: sd_notify(3), spoken by hand. */
package io.taltun.daemon.systemd;
