package io.taltun.daemon.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import io.taltun.daemon.gateway.ReconfigureException;
import io.taltun.daemon.reload.PeersRequest;
import io.taltun.daemon.reload.ReloadAnswer;
import io.taltun.daemon.reload.ReloadRequest;
import io.taltun.daemon.reload.Reloader;
import io.taltun.daemon.reload.RoutesRequest;
import java.io.IOException;
import java.nio.file.Path;
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
    CompletableFuture<ReloadAnswer> begin(byte[] body);
  }

  private final Map<String, Task> posts;

  AdminTasks(Reloader reloader) {
    posts =
        Map.of(
            "/reload",
            task(
                ReloadRequest.class,
                new ReloadRequest(null, false),
                it -> reloader.reload(it.file() == null ? null : Path.of(it.file()), it.dryRun())),
            "/peers",
            task(
                PeersRequest.class,
                new PeersRequest(null, null, false),
                it -> reloader.change(it, it.dryRun())),
            "/routes",
            task(
                RoutesRequest.class,
                new RoutesRequest(null, null, false),
                it -> reloader.change(it, it.dryRun())));
  }

  /** The task that a POST to a path begins, or null. */
  Task post(String path) {
    return posts.get(path);
  }

  Set<String> paths() {
    return posts.keySet();
  }

  private interface Change<T> {
    CompletableFuture<ReloadAnswer> begin(T request);
  }

  private static <T> Task task(Class<T> type, T nothing, Change<T> change) {
    // A misspelt word must not pass for one that was left out.
    ObjectReader reader =
        AdminJson.MAPPER
            .readerFor(type)
            .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    return body -> {
      try {
        return change.begin(body.length == 0 ? nothing : reader.readValue(body));
      } catch (IOException e) {
        return CompletableFuture.failedFuture(ReconfigureException.invalid(message(e), List.of()));
      }
    };
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
