/** The threads of the packet path: one duty cycle each, told what to do through a mailbox. */
package io.taltun.dataplane.worker;
