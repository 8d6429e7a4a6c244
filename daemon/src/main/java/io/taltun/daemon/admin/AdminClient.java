package io.taltun.daemon.admin;

import io.taltun.daemon.gateway.GatewayInfo;
import io.taltun.daemon.gateway.GatewayStatus;
import io.taltun.daemon.gateway.ReconfigureException;
import io.taltun.daemon.reload.ReloadAnswer;
import io.taltun.daemon.reload.ReloadRequest;
import io.taltun.daemon.why.Explanation;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A command's view of one running gateway; blocking, one connection per request. */
public final class AdminClient {
  /** Names may have to be waited for, and files be long. */
  private static final Duration RELOADED_WITHIN = Duration.ofSeconds(60);

  private static final Duration STARTED_WITHIN = Duration.ofSeconds(10);

  private final Path socket;

  /** Nothing is opened yet. */
  public AdminClient(Path socket) {
    this.socket = socket;
  }

  /** The parsed status. */
  public GatewayStatus status() throws IOException {
    return AdminJson.MAPPER.readValue(statusJson(), GatewayStatus.class);
  }

  /** The status as the gateway wrote it. */
  public String statusJson() throws IOException {
    return new String(exchange("GET", "/status"), StandardCharsets.UTF_8);
  }

  /** The parsed info. */
  public GatewayInfo info() throws IOException {
    return AdminJson.MAPPER.readValue(exchange("GET", "/info"), GatewayInfo.class);
  }

  /** What becomes of packets to an address. */
  public Explanation why(InetAddress address) throws IOException {
    return AdminJson.MAPPER.readValue(
        exchange("GET", "/why?address=" + address.getHostAddress()), Explanation.class);
  }

  /** The explanation in lines of JSON. */
  public static String json(Explanation explanation) throws IOException {
    return AdminJson.MAPPER.writeValueAsString(explanation);
  }

  /** Returns when the gateway says that it is well. */
  public void health() throws IOException {
    exchange("GET", "/healthz");
  }

  /**
   * Returns when the gateway has what its file says.
   *
   * @throws ReconfigureException when it has not taken it
   */
  public ReloadAnswer reload(ReloadRequest request) throws IOException, ReconfigureException {
    HttpExchange.Response response =
        HttpExchange.send(
            socket,
            "POST",
            "/reload",
            AdminJson.MAPPER.writeValueAsBytes(request),
            RELOADED_WITHIN);
    if (response.status() == HttpExchange.OK) {
      return AdminJson.MAPPER.readValue(response.body(), ReloadAnswer.class);
    }
    var answer = AdminJson.MAPPER.readTree(response.body());
    String message = answer.path("error").asText("answer " + response.status());
    if (response.status() != HttpExchange.UNPROCESSABLE) {
      throw ReconfigureException.failed(message, null);
    }
    List<String> places = new ArrayList<>();
    answer.path("places").forEach(place -> places.add(place.asText()));
    throw ReconfigureException.invalid(message, places);
  }

  /**
   * Has the gateway's service start the process that goes on in its place.
   *
   * @param file the configuration that is meant
   * @return that process's id; empty where the gateway is nobody's service, or too old to be asked
   * @throws IOException when it does not start one; the message says why
   */
  public OptionalLong startSuccessor(Path file) throws IOException {
    byte[] body =
        AdminJson.MAPPER.writeValueAsBytes(new TakeoverRequest(file.toAbsolutePath().toString()));
    HttpExchange.Response response =
        HttpExchange.send(socket, "POST", "/takeover", body, STARTED_WITHIN);
    return response.status() == HttpExchange.NOT_FOUND
        ? OptionalLong.empty()
        : OptionalLong.of(AdminJson.MAPPER.readValue(bodyOf(response), TakeoverAnswer.class).pid());
  }

  /** Returns when the gateway has begun to stop. */
  public void stop() throws IOException {
    exchange("POST", "/stop");
  }

  private byte[] exchange(String method, String path) throws IOException {
    return bodyOf(HttpExchange.send(socket, method, path));
  }

  private static byte[] bodyOf(HttpExchange.Response response) throws IOException {
    if (response.status() == HttpExchange.OK) {
      return response.body();
    }
    var error = AdminJson.MAPPER.readTree(response.body()).path("error");
    throw new IOException(error.asText("answer " + response.status()));
  }
}
