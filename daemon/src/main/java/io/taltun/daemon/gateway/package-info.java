/** What a running gateway shows to the sockets and commands around it. */
package io.taltun.daemon.gateway;
