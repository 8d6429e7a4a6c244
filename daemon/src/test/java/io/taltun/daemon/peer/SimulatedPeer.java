package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.TrafficSample.NEVER;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What the workers of a simulated device hold for one peer. */
final class SimulatedPeer {
  private static final int MOST_WAITING = 16;

  PeerProtocol protocol;
  SimulatedSession current;
  SimulatedSession next;

  final Deque<byte[]> waiting = new ArrayDeque<>();
  final List<String> delivered = new ArrayList<>();
  final List<PeerState> states = new ArrayList<>();
  int keepalivesSent;
  int waitingDropped;

  long lastDataSentNs = NEVER;
  long lastDataReceivedNs = NEVER;
  long lastAnySentNs = NEVER;
  long lastAnyReceivedNs = NEVER;
  long totalBytes;

  void wait(byte[] packet) {
    if (waiting.size() < MOST_WAITING) {
      waiting.add(packet);
    }
  }

  void onSent(int packetLength, long nowNs) {
    lastAnySentNs = nowNs;
    totalBytes += packetLength;
    if (packetLength > 0) {
      lastDataSentNs = nowNs;
    } else {
      keepalivesSent++;
    }
  }

  void onReceived(int packetLength, long nowNs) {
    lastAnyReceivedNs = nowNs;
    totalBytes += packetLength;
    if (packetLength > 0) {
      lastDataReceivedNs = nowNs;
    }
  }

  TrafficSample sample() {
    return new TrafficSample(
        lastDataSentNs,
        lastDataReceivedNs,
        lastAnySentNs,
        lastAnyReceivedNs,
        totalBytes,
        current == null ? 0 : current.counter);
  }
}
