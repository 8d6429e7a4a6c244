package io.taltun.daemon.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutException;
import io.taltun.config.IpPrefix;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.gateway.ReconfigureException;
import io.taltun.daemon.health.Health;
import io.taltun.daemon.reload.Reloader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers one connection's requests, one after the other: answers are told apart by their order.
 */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = LoggerFactory.getLogger("admin");
  private static final String STOP = "/stop";
  private static final String WHY = "/why?address=";

  private static final int MOST_WAITING = 64;

  private final Gateway gateway;
  private final AdminTasks tasks;
  private final Map<String, Map<HttpMethod, Supplier<Object>>> answers;

  // Written by the event loop.
  private final Deque<FullHttpRequest> waiting = new ArrayDeque<>();
  private boolean answering;

  AdminHandler(Gateway gateway, AdminTasks tasks) {
    this.gateway = gateway;
    this.tasks = tasks;
    this.answers =
        Map.of(
            "/status",
            Map.of(HttpMethod.GET, gateway::status),
            "/info",
            Map.of(HttpMethod.GET, gateway::info),
            "/healthz",
            Map.of(HttpMethod.GET, this::health),
            "/peers",
            Map.of(HttpMethod.GET, () -> gateway.status().peers()),
            "/routes",
            Map.of(HttpMethod.GET, gateway::routes),
            STOP,
            Map.of(HttpMethod.POST, () -> Map.of("stopping", gateway.name())));
  }

  private Map<HttpMethod, Supplier<Object>> why(String path) {
    return Map.of(HttpMethod.GET, () -> explain(path.substring(WHY.length())));
  }

  private Object explain(String address) {
    try {
      return gateway.why(IpPrefix.parse(address).address());
    } catch (IllegalArgumentException e) {
      return new Unwell(error(e.getMessage()));
    }
  }

  /** Never waits for the gateway: what it says is at most one beat old. */
  private Object health() {
    Health health = gateway.health();
    return health.isWell()
        ? Map.of("name", gateway.name(), "state", "up")
        : new Unwell(error(health.reason()));
  }

  /** What goes out with 503. */
  private record Unwell(Map<String, String> body) {}

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (!answering) {
      answering = true;
      answer(context, request);
    } else if (waiting.size() < MOST_WAITING) {
      waiting.add(request.retain());
    } else {
      context.close();
    }
  }

  private void answerNext(ChannelHandlerContext context) {
    FullHttpRequest request = waiting.poll();
    answering = request != null;
    if (answering) {
      try {
        answer(context, request);
      } finally {
        request.release();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    waiting.forEach(FullHttpRequest::release);
    waiting.clear();
    context.fireChannelInactive();
  }

  private void answer(ChannelHandlerContext context, FullHttpRequest request) {
    String path = request.uri();
    // The only one with a question in its path.
    var byMethod = path.startsWith(WHY) ? why(path) : answers.get(path);
    if (!request.decoderResult().isSuccess()) {
      send(context, false, HttpResponseStatus.BAD_REQUEST, error("not a request"));
      return;
    }
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    AdminTasks.Task task = tasks.post(path);
    if (task != null && request.method().equals(HttpMethod.POST)) {
      run(context, keepAlive, task.begin(ByteBufUtil.getBytes(request.content())));
      return;
    }
    if (byMethod == null && task == null) {
      var known = new TreeSet<>(answers.keySet());
      known.addAll(tasks.paths());
      send(context, keepAlive, HttpResponseStatus.NOT_FOUND, error("known are " + known));
      return;
    }
    Supplier<Object> answer = byMethod == null ? null : byMethod.get(request.method());
    if (answer == null) {
      String message = path + " takes " + methods(byMethod, task);
      send(context, keepAlive, HttpResponseStatus.METHOD_NOT_ALLOWED, error(message));
      return;
    }
    Object body;
    try {
      body = answer.get();
    } catch (RuntimeException e) {
      LOG.warn("the gateway did not answer {} {}", request.method(), path, e);
      String message = "the gateway does not answer; see its log";
      send(context, keepAlive, HttpResponseStatus.SERVICE_UNAVAILABLE, error(message));
      return;
    }
    if (body instanceof Unwell unwell) {
      send(context, keepAlive, HttpResponseStatus.SERVICE_UNAVAILABLE, unwell.body());
      return;
    }
    ChannelFuture sent = send(context, keepAlive, HttpResponseStatus.OK, body);
    if (path.equals(STOP)) {
      sent.addListener(done -> gateway.requestStop());
    }
  }

  private static String methods(Map<HttpMethod, ?> byMethod, AdminTasks.Task task) {
    Set<String> methods = new TreeSet<>();
    if (byMethod != null) {
      byMethod.keySet().forEach(method -> methods.add(method.name()));
    }
    if (task != null) {
      methods.add(HttpMethod.POST.name());
    }
    return String.join(" and ", methods);
  }

  /** Answers when the task is done; the connection's thread does not wait for it. */
  private void run(ChannelHandlerContext context, boolean keepAlive, CompletableFuture<?> task) {
    task.whenComplete(
        (answer, failure) -> {
          if (failure == null) {
            send(context, keepAlive, HttpResponseStatus.OK, answer);
            return;
          }
          ReconfigureException refused = Reloader.refusal(failure);
          send(
              context,
              keepAlive,
              refused.isInvalid()
                  ? HttpResponseStatus.UNPROCESSABLE_ENTITY
                  : HttpResponseStatus.CONFLICT,
              Map.of("error", String.valueOf(refused.getMessage()), "places", refused.places()));
        });
  }

  private static Map<String, String> error(String message) {
    return Map.of("error", message);
  }

  private ChannelFuture send(
      ChannelHandlerContext context, boolean keepAlive, HttpResponseStatus status, Object body) {
    byte[] json;
    try {
      json = AdminJson.MAPPER.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records and maps of numbers and text are JSON", e);
    }
    var response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(json));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, json.length);
    HttpUtil.setKeepAlive(response, keepAlive);
    ChannelFuture sent = context.writeAndFlush(response);
    sent.addListener(keepAlive ? done -> answerNext(context) : ChannelFutureListener.CLOSE);
    return sent;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException || cause instanceof ReadTimeoutException)) {
      LOG.warn("an admin connection broke", cause);
    }
    context.close();
  }
}
