/** The two ways of a packet: the order of the stages, and the reasons for which one ends early. */
package io.taltun.dataplane.path;
