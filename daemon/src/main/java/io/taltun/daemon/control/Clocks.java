package io.taltun.daemon.control;

import io.taltun.dataplane.os.NanoClock;
import java.time.InstantSource;

/**
 * What time it is.
 *
 * @param boot for intervals: goes on while the machine sleeps
 * @param wall for people and TAI64N labels: may be set back
 */
record Clocks(NanoClock boot, InstantSource wall) {}
