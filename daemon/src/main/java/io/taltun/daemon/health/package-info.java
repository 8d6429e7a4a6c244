/** Whether the threads that carry a gateway make progress: who asks them, and what they said. */
package io.taltun.daemon.health;
