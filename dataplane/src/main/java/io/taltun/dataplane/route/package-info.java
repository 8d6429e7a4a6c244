/** Decides whose a packet is: by inner address (longest prefix) and by receiver index. */
package io.taltun.dataplane.route;
