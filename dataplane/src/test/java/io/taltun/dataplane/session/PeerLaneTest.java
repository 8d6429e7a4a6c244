package io.taltun.dataplane.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PeerLaneTest {
  private final PeerLane lane = new Peer(0, 1).lane(0);

  @Test
  void shouldKnowNoTimeWhenNothingHasHappened() {
    assertThat(lane.lastDataSentNs()).isEqualTo(PeerLane.NEVER);
    assertThat(lane.lastDataReceivedNs()).isEqualTo(PeerLane.NEVER);
    assertThat(lane.lastAnySentNs()).isEqualTo(PeerLane.NEVER);
    assertThat(lane.lastAnyReceivedNs()).isEqualTo(PeerLane.NEVER);
    assertThat(lane.sentBytes() + lane.receivedBytes()).isZero();
  }

  @Test
  void shouldTellDataFromKeepalivesWhenBothWereSeen() {
    lane.sent(1, 100, true, 1);
    lane.sent(1, 32, false, 2);
    lane.received(200, true, 3);
    lane.received(32, false, 4);
    lane.sentHandshake(148);
    assertThat(lane.lastDataSentNs()).isEqualTo(1);
    assertThat(lane.lastAnySentNs()).isEqualTo(2);
    assertThat(lane.lastDataReceivedNs()).isEqualTo(3);
    assertThat(lane.lastAnyReceivedNs()).isEqualTo(4);
    assertThat(lane.sentBytes()).isEqualTo(280);
    assertThat(lane.receivedBytes()).isEqualTo(232);
    assertThat(lane.sentPackets()).isEqualTo(2);
    assertThat(lane.receivedPackets()).isEqualTo(2);
  }

  @Test
  void shouldNeverBeBehindItsBytesWhenAnotherThreadReads() throws InterruptedException {
    int packets = 2_000_000;
    Thread worker =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 1; i <= packets; i++) {
                    lane.sent(1, 10, true, i);
                  }
                });
    while (worker.isAlive()) {
      long nowNs = lane.lastDataSentNs();
      long seen = lane.sentPackets();
      long bytes = lane.sentBytes();
      if (nowNs > seen || 10 * seen > bytes) {
        throw new AssertionError(nowNs + " " + seen + " " + bytes);
      }
    }
    worker.join();
    assertThat(lane.sentPackets()).isEqualTo(packets);
    assertThat(lane.sentBytes()).isEqualTo(10L * packets);
    assertThat(lane.lastDataSentNs()).isEqualTo(packets);
  }
}
