/** The MTU of a tunnel whose file says {@code mtu: auto}: from the routes, then from the paths. */
package io.taltun.daemon.mtu;
