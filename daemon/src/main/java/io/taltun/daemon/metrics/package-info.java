/**
 * What a gateway counts, for Prometheus over HTTP: which metrics there are, their text, the server.
 */
package io.taltun.daemon.metrics;
