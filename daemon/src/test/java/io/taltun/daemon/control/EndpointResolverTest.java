package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.HostPort;
import io.taltun.dataplane.udp.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Trap 33: a name that does not resolve yet holds nobody up and is not given up. */
class EndpointResolverTest {
  private static final HostPort NAME = new HostPort("gateway.example", 51820);
  private static final Endpoint THERE = Endpoint.ofIpv4(0xc000_0201, 51820);

  /** Trap 33. */
  @Test
  void shouldReturnAtOnceAndAskUntilFoundWhenTheNameServiceIsDownAtStart() throws Exception {
    CountDownLatch up = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    EndpointResolver.NameService service =
        host -> {
          assertThat(host).isEqualTo(NAME.host());
          await(up);
          if (asked.incrementAndGet() < 5) {
            throw new UnknownHostException(host);
          }
          return InetAddress.ofLiteral("192.0.2.1");
        };
    CompletableFuture<Endpoint> found = new CompletableFuture<>();
    try (EndpointResolver resolver = new EndpointResolver(service, Duration.ofMillis(1))) {
      resolver.resolve(NAME, () -> true, found::complete);
      // Here already, and the name service has not answered.
      assertThat(found).isNotDone();
      up.countDown();
      assertThat(found.get(30, TimeUnit.SECONDS)).isEqualTo(THERE);
    }
    assertThat(asked).hasValue(5);
  }

  @Test
  void shouldSayNullWhenANameIsAskedForOnceAndDoesNotResolve() throws Exception {
    EndpointResolver.NameService service =
        host -> {
          throw new UnknownHostException(host);
        };
    CompletableFuture<Endpoint> answer = new CompletableFuture<>();
    try (EndpointResolver resolver = new EndpointResolver(service, Duration.ofMillis(1))) {
      resolver.lookUp(NAME, answer::complete);
      assertThat(answer.get(30, TimeUnit.SECONDS)).isNull();
    }
  }

  @Test
  void shouldNeedNobodyWhenTheHostIsAnAddress() {
    assertThat(EndpointResolver.literal(new HostPort("192.0.2.1", 51820))).isEqualTo(THERE);
    assertThat(EndpointResolver.literal(NAME)).isNull();
    assertThat(EndpointResolver.resolveNow(List.of(), Duration.ZERO)).isEmpty();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
