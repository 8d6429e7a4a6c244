/** The packet path between edges in memory: to warm a start, to measure, to test. */
package io.taltun.dataplane.memory;
