package io.taltun.daemon.gateway;

/**
 * Where a worker runs.
 *
 * @param worker from 0
 * @param cpu the one that it is bound to, or null
 * @param numaNode of that CPU, or null when not bound or not known
 */
public record WorkerPlace(int worker, Integer cpu, Integer numaNode) {}
