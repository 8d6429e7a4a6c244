/** Domain sockets that only root may use: claimed, served, and gone at the end. */
package io.taltun.daemon.unix;
