/**
 * Whole devices over a network that one seed makes hostile, for ten thousand hours, and the
 * invariants that hold all the time. {@link io.taltun.daemon.simulation.SimulationTest} is the way
 * in.
 */
package io.taltun.daemon.simulation;
