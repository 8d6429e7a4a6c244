package io.taltun.daemon.gateway;

import io.taltun.dataplane.worker.FaultListener;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each distinct fault of a worker once: a fault a packet must not fill a disk. */
final class LoggedFaults implements FaultListener {
  private static final Logger LOG = LoggerFactory.getLogger(LoggedFaults.class);
  private static final int MOST_DISTINCT = 64;

  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  @Override
  public void onFault(String worker, RuntimeException fault) {
    String trace = fault.getClass().getName() + Arrays.toString(fault.getStackTrace());
    if (seen.size() < MOST_DISTINCT && seen.add(trace)) {
      LOG.error("fault in {}, going on", worker, fault);
    }
  }
}
