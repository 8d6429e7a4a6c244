package io.taltun.daemon.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.wire.Initiation;
import io.taltun.dataplane.udp.Endpoint;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class InitiationQueueTest {
  private static final long SEED = Long.getLong("taltun.seed", 20260301);
  private static final Endpoint SOMEWHERE = Endpoint.ofIpv4(0x0a00_0001, 1);

  private final InitiationQueue queue = new InitiationQueue();

  @Test
  void shouldLetFlowsTakeTurnsWhenOneHasMore() {
    for (int i = 0; i < 100; i++) {
      add(i, 7);
    }
    add(1000, 3);
    add(1001, 5);
    assertThat(List.of(take(), take(), take(), take())).containsExactly(0, 1000, 1001, 1);
    assertThat(queue.size()).isEqualTo(98);
    assertThat(queue.size(7)).isEqualTo(98);
  }

  /** Trap 32, and trap 11: a flood of one flow costs another nothing. */
  @Test
  void shouldDropTheNewestOfTheLongestFlowWhenItIsFull() {
    for (int i = 0; i < InitiationQueue.CAPACITY; i++) {
      assertThat(add(i, 1)).isTrue();
    }
    assertThat(add(-1, 1)).isFalse();
    assertThat(add(5000, 2)).isFalse();
    assertThat(queue.size()).isEqualTo(InitiationQueue.CAPACITY);
    assertThat(take()).isZero();
    assertThat(take()).isEqualTo(5000);
    for (int i = 1; i < InitiationQueue.CAPACITY - 1; i++) {
      assertThat(take()).isEqualTo(i);
    }
    assertThat(queue.take()).isFalse();
  }

  @Test
  void shouldCopyWhatItIsGiven() {
    byte[] message = message(4711);
    queue.add(message, SOMEWHERE, 0);
    message[20] = 9;
    assertThat(queue.take()).isTrue();
    assertThat(queue.message()).isEqualTo(message(4711));
    assertThat(queue.source()).isSameAs(SOMEWHERE);
    assertThat(queue.take()).isFalse();
    assertThat(queue.source()).isNull();
  }

  @Test
  void shouldAgreeWithListsWhenOperationsAreRandom() {
    SplittableRandom random = new SplittableRandom(SEED);
    Lists oracle = new Lists();
    for (int phase = 0; phase < 12; phase++) {
      int flows = 1 + random.nextInt(phase % 2 == 0 ? 4 : InitiationQueue.FLOWS);
      int addsInTen = phase % 3 == 0 ? 3 : 8;
      for (int i = 0; i < 8000; i++) {
        if (random.nextInt(10) < addsInTen) {
          // Some flows send much more than others.
          int flow = Math.min(random.nextInt(flows), random.nextInt(flows));
          assertThat(add(i, flow)).as("seed %d", SEED).isEqualTo(oracle.add(i, flow));
        } else {
          Integer expected = oracle.take();
          assertThat(queue.take()).as("seed %d", SEED).isEqualTo(expected != null);
          if (expected != null) {
            assertThat(value()).as("seed %d", SEED).isEqualTo(expected);
          }
        }
        assertThat(queue.size()).isEqualTo(oracle.size);
      }
    }
  }

  private boolean add(int value, int flow) {
    return queue.add(message(value), SOMEWHERE, flow);
  }

  private int take() {
    assertThat(queue.take()).isTrue();
    return value();
  }

  private int value() {
    return ByteBuffer.wrap(queue.message()).getInt(8);
  }

  private static byte[] message(int value) {
    return ByteBuffer.allocate(Initiation.LENGTH).putInt(8, value).array();
  }

  /** The same, slowly: the flows in the order of their turns, each a list. */
  private static final class Lists {
    private final Map<Integer, List<Integer>> flows = new LinkedHashMap<>();
    private int size;

    boolean add(int value, int flow) {
      boolean room = size < InitiationQueue.CAPACITY;
      if (!room) {
        int longest = flow;
        for (int i = 1; i <= InitiationQueue.FLOWS; i++) {
          int other = (flow + i) % InitiationQueue.FLOWS;
          if (length(other) > length(longest)) {
            longest = other;
          }
        }
        if (longest == flow) {
          return false;
        }
        flows.get(longest).removeLast();
        size--;
        if (flows.get(longest).isEmpty()) {
          flows.remove(longest);
        }
      }
      flows.computeIfAbsent(flow, _ -> new ArrayList<>()).add(value);
      size++;
      return room;
    }

    private int length(int flow) {
      return flows.getOrDefault(flow, List.of()).size();
    }

    Integer take() {
      if (flows.isEmpty()) {
        return null;
      }
      int flow = flows.keySet().iterator().next();
      List<Integer> values = flows.remove(flow);
      if (values.size() > 1) {
        flows.put(flow, values);
      }
      size--;
      return values.removeFirst();
    }
  }
}
