package io.taltun.daemon.mtu;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.udp.Endpoint;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProbePlanTest {
  private static final Endpoint PLACE = Endpoint.ofIpv4(0xc000_0201, 51820);

  private final ProbePlan plan = new ProbePlan();
  private final long nowNs = Long.MAX_VALUE - 1;

  private List<Endpoint> due(long sentBytes, long afterNs) {
    return plan.due(List.of(new PathUse(PLACE, sentBytes)), nowNs + afterNs);
  }

  @Test
  void shouldProbeOnceThePathCarriesMuchAndThenEachMinuteThatItDoes() {
    assertThat(due(ProbePlan.LEAST_BYTES - 1, 0)).isEmpty();
    assertThat(due(ProbePlan.LEAST_BYTES, 1)).containsExactly(PLACE);
    assertThat(due(10 * ProbePlan.LEAST_BYTES, ProbePlan.LEAST_PAUSE_NS)).isEmpty();
    assertThat(due(10 * ProbePlan.LEAST_BYTES, 1 + ProbePlan.LEAST_PAUSE_NS))
        .containsExactly(PLACE);
  }

  @Test
  void shouldLeaveAPathAloneThatCarriesLittle() {
    due(ProbePlan.LEAST_BYTES, 0);
    for (int minute = 1; minute < 10; minute++) {
      assertThat(due(ProbePlan.LEAST_BYTES + minute, minute * ProbePlan.LEAST_PAUSE_NS)).isEmpty();
    }
  }

  @Test
  void shouldProbeFewAtOnceAndTheOthersAfterThem() {
    List<PathUse> uses =
        IntStream.range(0, 40)
            .mapToObj(i -> new PathUse(Endpoint.ofIpv4(i, 51820), ProbePlan.LEAST_BYTES))
            .toList();
    assertThat(plan.due(uses, nowNs)).hasSize(ProbePlan.MOST_PROBES);
    assertThat(plan.due(uses, nowNs)).hasSize(ProbePlan.MOST_PROBES);
    assertThat(plan.due(uses, nowNs)).hasSize(40 - 2 * ProbePlan.MOST_PROBES);
    assertThat(plan.due(uses, nowNs)).isEmpty();
  }
}
