/** What adds clients to a gateway: its file changed in place, and what a client is given. */
package io.taltun.daemon.onboard;
