/** Reading the file of a running gateway again, and changing what it is to be without a file. */
package io.taltun.daemon.reload;
