/** Two gateways on one machine, each in a network namespace of its own, shown at work. */
package io.taltun.daemon.cli.demo;
