/** Runs the commands that the configuration ties to events. */
package io.taltun.daemon.hook;
