/**
 * The kernel as Taltun sees it: system calls through jnr-ffi, errno, struct layouts. Nothing else
 * calls native code here.
 */
package io.taltun.dataplane.os;
