package io.taltun.daemon.admin;

/**
 * The process that takes a gateway over has begun.
 *
 * @param pid of it
 */
record TakeoverAnswer(long pid) {}
