/** What peers may send: rules about destinations, and the answers to what others began. */
package io.taltun.dataplane.access;
