package io.taltun.daemon.peer;

import io.taltun.dataplane.udp.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Devices, the network between them and the time that passes: a queue of events, run in order. All
 * chance comes from one seed. Devices sample their traffic every 100 ms and run their timers when
 * these are due.
 */
final class SimulatedNetwork {
  private static final long SAMPLE_INTERVAL_NS = 100_000_000;

  final HandClock clock = new HandClock();

  /** What the network does to a datagram at the moment. */
  NetworkWeather weather = NetworkWeather.FAIR;

  private final SplittableRandom random;
  private final PriorityQueue<Event> events = new PriorityQueue<>(Event::compare);
  private final Map<Endpoint, SimulatedDevice> devices = new HashMap<>();
  private final Map<SimulatedDevice, List<SampledPeer>> sampled = new HashMap<>();
  private long nextOrder;

  SimulatedNetwork(long seed) {
    random = new SplittableRandom(seed);
    at(clock.nowNs() + SAMPLE_INTERVAL_NS, this::sampleAll);
  }

  /** A generator of its own for whoever needs one, from the seed. */
  SplittableRandom split() {
    return random.split();
  }

  void at(long timeNs, Runnable action) {
    events.add(new Event(timeNs, nextOrder++, action));
  }

  void plug(SimulatedDevice device) {
    devices.put(device.address, device);
    sampled.put(device, new ArrayList<>());
  }

  /** The device is gone, as after a crash. */
  void unplug(SimulatedDevice device) {
    devices.remove(device.address);
    sampled.remove(device);
  }

  void move(SimulatedDevice device, Endpoint to) {
    devices.remove(device.address);
    device.address = to;
    devices.put(to, device);
  }

  void watch(SimulatedDevice device, SimulatedPeer peer) {
    sampled.get(device).add(new SampledPeer(peer));
  }

  void carry(Datagram datagram) {
    int copies = weather.copies(random);
    for (int i = 0; i < copies; i++) {
      at(
          clock.nowNs() + weather.delayNs(random),
          () -> {
            SimulatedDevice device = datagram.to() == null ? null : devices.get(datagram.to());
            if (device != null) {
              device.receive(datagram);
            }
          });
    }
  }

  void runUntil(long endNs) {
    while (true) {
      long nextNs = events.isEmpty() ? endNs : events.peek().timeNs();
      for (SimulatedDevice device : List.copyOf(devices.values())) {
        long deadlineNs = device.poll();
        if (deadlineNs != DeviceProtocol.NO_DEADLINE && deadlineNs - nextNs < 0) {
          nextNs = deadlineNs;
        }
      }
      // A poll may have sent something that arrives before what was next.
      if (!events.isEmpty() && events.peek().timeNs() - nextNs < 0) {
        nextNs = events.peek().timeNs();
      }
      if (nextNs - endNs >= 0) {
        clock.moveTo(endNs);
        return;
      }
      clock.moveTo(nextNs);
      while (!events.isEmpty() && events.peek().timeNs() - nextNs <= 0) {
        events.remove().action().run();
      }
    }
  }

  private void sampleAll() {
    sampled.forEach((device, peers) -> peers.forEach(p -> p.sample(device)));
    at(clock.nowNs() + SAMPLE_INTERVAL_NS, this::sampleAll);
  }

  private record Event(long timeNs, long order, Runnable action) {
    static int compare(Event a, Event b) {
      int byTime = Long.signum(a.timeNs - b.timeNs);
      return byTime != 0 ? byTime : Long.compare(a.order, b.order);
    }
  }

  /** Sampled only when something changed, as the control thread does it. */
  private static final class SampledPeer {
    private final SimulatedPeer peer;
    private TrafficSample last = TrafficSample.NONE;

    SampledPeer(SimulatedPeer peer) {
      this.peer = peer;
    }

    void sample(SimulatedDevice device) {
      TrafficSample now = peer.sample();
      if (!now.equals(last)) {
        last = now;
        device.sample(peer);
      }
    }
  }
}
