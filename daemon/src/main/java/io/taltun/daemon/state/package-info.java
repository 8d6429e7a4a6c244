/**
 * What a gateway remembers from one run to the next: where its peers were, and what they proved.
 */
package io.taltun.daemon.state;
