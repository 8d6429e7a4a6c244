/** The commands: each reads its options, does one thing and answers with an exit code. */
package io.taltun.daemon.cli;
