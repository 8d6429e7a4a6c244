/** The status that redraws itself: what is drawn is a function of snapshots, and easy to test. */
package io.taltun.daemon.cli.watch;
