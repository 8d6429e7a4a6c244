/** How events become lines on stderr. */
package io.taltun.daemon.log;
