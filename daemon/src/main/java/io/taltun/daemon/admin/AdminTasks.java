package io.taltun.daemon.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import io.taltun.daemon.gateway.ReconfigureException;
import io.taltun.daemon.reload.PeersRequest;
import io.taltun.daemon.reload.ReloadRequest;
import io.taltun.daemon.reload.Reloader;
import io.taltun.daemon.reload.RoutesRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What is done on request and takes its time: changes of the gateway, by their paths. */
final class AdminTasks {
  /** One change. */
  interface Task {
    /**
     * Begins it.
     *
     * @param body JSON; empty for none
     * @return always completed; exceptionally with {@link ReconfigureException}
     */
    CompletableFuture<?> begin(byte[] body);
  }

  private final Map<String, Task> posts = new HashMap<>();

  /**
   * @param successor null where no service manager watches the gateway: the path is unknown then
   */
  AdminTasks(Reloader reloader, SuccessorStart successor) {
    posts.put(
        "/reload",
        task(
            ReloadRequest.class,
            new ReloadRequest(null, false),
            it -> reloader.reload(it.file() == null ? null : Path.of(it.file()), it.dryRun())));
    posts.put(
        "/peers",
        task(
            PeersRequest.class,
            new PeersRequest(null, null, false),
            it -> reloader.change(it, it.dryRun())));
    posts.put(
        "/routes",
        task(
            RoutesRequest.class,
            new RoutesRequest(null, null, false),
            it -> reloader.change(it, it.dryRun())));
    if (successor != null) {
      posts.put(
          "/takeover",
          task(TakeoverRequest.class, new TakeoverRequest(null), it -> begin(successor, it)));
    }
  }

  private static CompletableFuture<TakeoverAnswer> begin(
      SuccessorStart successor, TakeoverRequest request) {
    try {
      if (request.file() == null) {
        throw new IOException("the body is to name the configuration: {\"file\": …}");
      }
      long pid = successor.start(Path.of(request.file()));
      return CompletableFuture.completedFuture(new TakeoverAnswer(pid));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(ReconfigureException.failed(e.getMessage(), e));
    }
  }

  /** The task that a POST to a path begins, or null. */
  Task post(String path) {
    return posts.get(path);
  }

  Set<String> paths() {
    return posts.keySet();
  }

  private interface Change<T> {
    CompletableFuture<?> begin(T request);
  }

  private static <T> Task task(Class<T> type, T nothing, Change<T> change) {
    return body -> {
      try {
        return change.begin(body.length == 0 ? nothing : reader(type).readValue(body));
      } catch (IOException e) {
        return CompletableFuture.failedFuture(ReconfigureException.invalid(message(e), List.of()));
      }
    };
  }

  /**
   * Made when it is wanted: a start that made one would load all of Jackson, 570 classes.
   *
   * <p>A misspelt word must not pass for one that was left out.
   */
  private static ObjectReader reader(Class<?> type) {
    return AdminJson.MAPPER
        .readerFor(type)
        .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  /** Jackson's own words may quote a key. */
  private static String message(IOException e) {
    if (e instanceof JacksonException json && json.getLocation() != null) {
      return "the body is not the JSON that is taken here: line %d, column %d"
          .formatted(json.getLocation().getLineNr(), json.getLocation().getColumnNr());
    }
    return "the body is not the JSON that is taken here";
  }
}
