/** What is shared by the workers about a peer: its sessions, its endpoint, its counters. */
package io.taltun.dataplane.session;
