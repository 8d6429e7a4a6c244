/** What lives from one handshake to the next: sessions and the replay windows that guard them. */
package io.taltun.dataplane.session;
