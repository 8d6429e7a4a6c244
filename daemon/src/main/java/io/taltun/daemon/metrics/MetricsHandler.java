package io.taltun.daemon.metrics;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.timeout.TimeoutException;
import io.taltun.daemon.gateway.Telemetry;
import io.taltun.daemon.health.Health;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one connection's requests. */
final class MetricsHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  /** https://prometheus.io/docs/instrumenting/exposition_formats/ */
  static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

  private static final Logger LOG = LoggerFactory.getLogger("metrics");
  private static final String PLAIN = "text/plain; charset=utf-8";

  private final Telemetry telemetry;
  private final PeerRows rows;
  private final TextWriter writer;
  private final String version;

  /**
   * @param rows shared by all connections of the event loop
   * @param writer likewise
   * @param version of Taltun
   */
  MetricsHandler(Telemetry telemetry, PeerRows rows, TextWriter writer, String version) {
    this.telemetry = telemetry;
    this.rows = rows;
    this.writer = writer;
    this.version = version;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.read();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (!request.decoderResult().isSuccess()) {
      send(context, false, false, HttpResponseStatus.BAD_REQUEST, "not a request\n");
      return;
    }
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    boolean head = request.method().equals(HttpMethod.HEAD);
    if (!head && !request.method().equals(HttpMethod.GET)) {
      send(context, keepAlive, false, HttpResponseStatus.METHOD_NOT_ALLOWED, "only GET and HEAD\n");
      return;
    }
    switch (new QueryStringDecoder(request.uri()).path()) {
      case "/metrics" -> metrics(context, keepAlive, head, request.protocolVersion());
      case "/healthz" -> health(context, keepAlive, head);
      default ->
          send(
              context,
              keepAlive,
              head,
              HttpResponseStatus.NOT_FOUND,
              "known are /metrics and /healthz\n");
    }
  }

  private void health(ChannelHandlerContext context, boolean keepAlive, boolean head) {
    Health health = telemetry.health();
    if (health.isWell()) {
      send(context, keepAlive, head, HttpResponseStatus.OK, "ok\n");
    } else {
      send(
          context, keepAlive, head, HttpResponseStatus.SERVICE_UNAVAILABLE, health.reason() + "\n");
    }
  }

  private void metrics(
      ChannelHandlerContext context, boolean keepAlive, boolean head, HttpVersion spoken) {
    if (head || spoken.equals(HttpVersion.HTTP_1_0)) {
      // Without chunks only the connection's end tells where the answer ends.
      sendWhole(context, head);
      return;
    }
    var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, TEXT_FORMAT);
    HttpUtil.setTransferEncodingChunked(response, true);
    HttpUtil.setKeepAlive(response, keepAlive);
    context.write(response);
    next(
        context,
        keepAlive,
        context.writeAndFlush(new HttpChunkedInput(new Scrape(sections(), writer))));
  }

  private List<Section> sections() {
    PeerRow[] peers = rows.of(telemetry.peers());
    List<Section> sections = new ArrayList<>(PeerSection.of(peers));
    sections.add(new GatewaySection(telemetry, version, peers));
    sections.add(new WorkerSection(telemetry));
    sections.add(new ProcessSection());
    return sections;
  }

  private void sendWhole(ChannelHandlerContext context, boolean head) {
    ByteBuf body = context.alloc().buffer();
    if (!head) {
      Scrape scrape = new Scrape(sections(), writer);
      while (!scrape.isEndOfInput()) {
        ByteBuf chunk = scrape.readChunk(context.alloc());
        body.writeBytes(chunk);
        chunk.release();
      }
    }
    var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, TEXT_FORMAT);
    HttpUtil.setKeepAlive(response, false);
    next(context, false, context.writeAndFlush(response));
  }

  private static void send(
      ChannelHandlerContext context,
      boolean keepAlive,
      boolean head,
      HttpResponseStatus status,
      String text) {
    ByteBuf body = ByteBufUtil.writeUtf8(context.alloc(), text);
    int length = body.readableBytes();
    if (head) {
      body.clear();
    }
    var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, PLAIN);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, length);
    HttpUtil.setKeepAlive(response, keepAlive);
    next(context, keepAlive, context.writeAndFlush(response));
  }

  /** The next request is taken when this one's answer is gone: who does not read asks in vain. */
  private static void next(ChannelHandlerContext context, boolean keepAlive, ChannelFuture sent) {
    if (keepAlive) {
      // Not within the call that brought this request: the flow control is busy with it.
      sent.addListener(done -> context.executor().execute(context::read));
    } else {
      sent.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException || cause instanceof TimeoutException)) {
      LOG.warn("a connection for metrics broke", cause);
    }
    context.close();
  }
}
