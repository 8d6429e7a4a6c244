package io.taltun.daemon.gateway;

import io.taltun.dataplane.worker.FaultListener;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each distinct fault of a worker once, since a fault a packet must not fill a disk; and ends
 * the gateway with the first worker that ends.
 */
final class LoggedFaults implements FaultListener {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");
  private static final int MOST_DISTINCT = 64;

  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private final CompletableFuture<String> deviceDeleted = new CompletableFuture<>();

  /** Completes with one line when a worker ended although nobody asked it to. */
  CompletableFuture<String> end() {
    return end;
  }

  /** Completes with one line when a worker found the device deleted. */
  CompletableFuture<String> deviceDeleted() {
    return deviceDeleted;
  }

  @Override
  public void onFault(String worker, RuntimeException fault) {
    String trace = fault.getClass().getName() + Arrays.toString(fault.getStackTrace());
    if (seen.size() < MOST_DISTINCT && seen.add(trace)) {
      LOG.error("fault in {}, going on", worker, fault);
    }
  }

  @Override
  public void onEnd(String worker, String why) {
    end.complete(worker + " ended: " + why);
  }

  @Override
  public void onDeviceDeleted(String worker) {
    deviceDeleted.complete("the device was deleted");
  }
}
