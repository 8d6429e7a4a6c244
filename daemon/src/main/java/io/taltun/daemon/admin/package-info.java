/** HTTP and JSON over a domain socket: the gateway's side and the commands' side. */
package io.taltun.daemon.admin;
