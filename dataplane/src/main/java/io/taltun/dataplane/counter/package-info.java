/** What the packet path counts: one writer a cell, readers sum. */
package io.taltun.dataplane.counter;
