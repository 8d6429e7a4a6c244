/** JMH benchmarks of the packet path's parts: what one packet pays for each. */
package io.taltun.bench.micro;
