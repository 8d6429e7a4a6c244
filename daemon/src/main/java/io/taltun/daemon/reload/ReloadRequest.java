package io.taltun.daemon.reload;

/**
 * A reload as JSON has it.
 *
 * @param file absolute, to take from now on; null for the one that the gateway has
 * @param dryRun only finds out what would change
 */
public record ReloadRequest(String file, boolean dryRun) {}
