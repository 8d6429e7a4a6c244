/** Whole packet paths in memory: what a packet costs without the kernel. */
package io.taltun.bench.flow;
