/** How workers and the control thread talk: a bounded ring one way, commands the other. */
package io.taltun.dataplane.mailbox;
