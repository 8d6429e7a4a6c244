package io.taltun.daemon.simulation;

import io.taltun.crypto.wire.MessageType;
import io.taltun.daemon.simulation.Tally.Event;
import io.taltun.dataplane.udp.Endpoint;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Carries datagrams between the devices' addresses as the weather has it, and shows all of them.
 */
final class Network {
  /** mac2: only looked at under load, so another one does not make a message another. */
  private static final int UNBOUND_TAIL = 16;

  private final Schedule schedule;
  private final Tally tally;
  private final Trace trace;
  private final SplittableRandom random;
  private final Map<Endpoint, Host> places = new HashMap<>();
  private final boolean[][] cut;
  private Attacker observer;
  private Weather weather;
  private long nextNumber;
  private int generation;

  Network(World world, int hosts) {
    schedule = world.schedule;
    tally = world.tally;
    trace = world.trace;
    random = world.random.split();
    weather = Weather.fair(random);
    cut = new boolean[hosts][hosts];
  }

  void observer(Attacker attacker) {
    observer = attacker;
  }

  Weather weather() {
    return weather;
  }

  void weather(Weather changed) {
    weather = changed;
  }

  /** The device is at its address from now on; whoever was there is nowhere. */
  void place(Host host, Endpoint address) {
    remove(host);
    host.address = address;
    places.put(address, host);
  }

  void remove(Host host) {
    places.remove(host.address, host);
  }

  Host at(Endpoint place) {
    return places.get(place);
  }

  /** Nothing passes from one to the other; the way back is another matter. */
  void cut(int from, int to) {
    cut[from][to] = true;
    tally.count(Event.PARTITIONS);
  }

  void mend() {
    for (boolean[] row : cut) {
      Arrays.fill(row, false);
    }
  }

  /** What is on its way never arrives. */
  void forget() {
    generation++;
  }

  /**
   * @param addressee number of the device that it is for, wherever {@code to} is by now
   */
  void send(Host from, int addressee, Endpoint to, byte[] bytes) {
    Message message = new Message(nextNumber++, from.number, addressee, bytes);
    Datagram datagram = new Datagram(message, bytes, from.address, to);
    trace.mix(message.number << 8 | from.number);
    trace.add(from.number, () -> "sends " + datagram);
    observer.observe(datagram);
    if (random.nextDouble() < weather.loss()) {
      tally.count(Event.DATAGRAMS_LOST);
      return;
    }
    transit(datagram);
    if (random.nextDouble() < weather.duplication()) {
      tally.count(Event.DATAGRAMS_DUPLICATED);
      transit(datagram);
    }
  }

  private void transit(Datagram sent) {
    Datagram datagram = random.nextDouble() < weather.alteration() ? altered(sent) : sent;
    inject(datagram, weather.delayNs(random));
  }

  /** Puts a datagram on its way, whoever made it. */
  void inject(Datagram datagram, long delayNs) {
    int sentIn = generation;
    schedule.after(
        delayNs,
        () -> {
          if (sentIn == generation) {
            arrive(datagram);
          }
        });
  }

  private void arrive(Datagram datagram) {
    Host host = places.get(datagram.to());
    if (host == null) {
      return;
    }
    int sender = datagram.message().sender;
    if (sender != Message.NOBODY && cut[sender][host.number]) {
      tally.count(Event.DATAGRAMS_LOST);
      return;
    }
    host.receive(datagram);
  }

  /** One to three bits are others, where that is an error for certain. */
  Datagram altered(Datagram datagram) {
    tally.count(Event.DATAGRAMS_ALTERED);
    byte[] bytes = datagram.bytes().clone();
    boolean bound = datagram.type() == MessageType.TRANSPORT_DATA;
    int end = bound ? bytes.length : bytes.length - UNBOUND_TAIL;
    int first = random.nextInt(end * Byte.SIZE);
    bytes[first / Byte.SIZE] ^= (byte) (1 << first % Byte.SIZE);
    for (int more = random.nextInt(3); more > 0; more--) {
      int bit = random.nextInt(end * Byte.SIZE);
      if (bit != first) {
        bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      }
    }
    return datagram.with(bytes);
  }
}
