package io.taltun.daemon.simulation;

import io.taltun.daemon.simulation.Tally.Event;
import io.taltun.daemon.simulation.Traffic.Pattern;
import io.taltun.dataplane.udp.Endpoint;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** What befalls devices in a storm, one at a time, whenever it is called. */
final class Misfortunes {
  private static final long S = TimeUnit.SECONDS.toNanos(1);
  private static final long[] KEEPALIVES_NS = {0, 0, 10 * S, 25 * S, 25 * S, 65 * S, 200 * S};

  private final World world;
  private final SplittableRandom random;

  Misfortunes(World world) {
    this.world = world;
    random = world.random.split();
  }

  static long someKeepaliveNs(SplittableRandom random) {
    return KEEPALIVES_NS[random.nextInt(KEEPALIVES_NS.length)];
  }

  void strike() {
    Host host = world.hosts[random.nextInt(world.hostCount)];
    Host other = peerOf(host);
    int kind = random.nextInt(16);
    world.trace.add(host.number, () -> "is struck by misfortune " + kind);
    world.trace.mix(kind);
    switch (kind) {
      case 0, 1 -> roam(host);
      case 2 -> swap(host, other);
      case 3 -> partition(host, other);
      case 4, 5 -> world.network.weather(Weather.stormy(random));
      case 6 -> restart(host);
      case 7 -> suspend(host);
      case 8 -> setWall(host);
      case 9 -> link(host);
      case 10 -> removeOrAdd(host, other);
      case 11 -> changePresharedKey(host, other);
      case 12 -> changeKey(host);
      case 13 -> load(host);
      case 14 -> changeKeepalive(host, other);
      default -> traffic(host, other);
    }
  }

  private Host peerOf(Host host) {
    while (true) {
      Host other = world.hosts[random.nextInt(world.hostCount)];
      if (world.configuration.peers(host.number, other.number)) {
        return other;
      }
    }
  }

  void roam(Host host) {
    world.tally.count(Event.ROAMS);
    Endpoint place;
    do {
      place =
          random.nextInt(4) == 0
              ? Endpoint.ofIpv6(0x2001_0db8L << 32, random.nextInt(8), 51820, 0)
              : Endpoint.ofIpv4(0xc633_6401 + random.nextInt(8), 1024 + random.nextInt(3));
    } while (world.network.at(place) != null);
    world.network.place(host, place);
  }

  /** Behind one NAT two devices may get each other's place. */
  private void swap(Host host, Host other) {
    world.tally.add(Event.ROAMS, 2);
    Endpoint first = host.address;
    Endpoint second = other.address;
    world.network.remove(host);
    world.network.place(other, first);
    world.network.place(host, second);
  }

  private void partition(Host host, Host other) {
    world.network.cut(host.number, other.number);
    if (random.nextBoolean()) {
      world.network.cut(other.number, host.number);
    }
    world.schedule.after(random.nextLong(300 * S), world.network::mend);
  }

  private void restart(Host host) {
    if (!host.running()) {
      return;
    }
    world.tally.count(Event.RESTARTS);
    host.stop();
    if (random.nextInt(3) == 0) {
      host.restart();
    } else {
      world.schedule.after(random.nextLong(60 * S), () -> restartLater(host));
    }
  }

  void restartLater(Host host) {
    if (!host.running()) {
      host.restart();
    }
  }

  private void suspend(Host host) {
    if (!host.awake() || !host.running()) {
      return;
    }
    world.tally.count(Event.SUSPENSIONS);
    boolean stalls = random.nextBoolean();
    long forNs = stalls ? random.nextLong(5 * S) : random.nextLong(1200 * S);
    host.suspend(stalls);
    world.schedule.after(
        forNs,
        () -> {
          if (!host.awake()) {
            host.resume();
          }
        });
  }

  private void setWall(Host host) {
    world.tally.count(Event.WALL_JUMPS);
    long mostNs = random.nextBoolean() ? 10 * S : 1_000_000 * S;
    host.clock.setWall(random.nextLong(-mostNs, mostNs));
  }

  private void link(Host host) {
    if (host.active()) {
      world.tally.count(Event.LINK_CHANGES);
      host.linkDown();
      world.schedule.after(
          random.nextLong(30 * S),
          () -> {
            if (host.running() && host.awake() && !host.linkUp()) {
              host.linkUpAgain();
            }
          });
    }
  }

  private void removeOrAdd(Host host, Host other) {
    if (!host.running() || !host.awake()) {
      return;
    }
    if (host.remotes[other.number] == null) {
      host.addPeer(other);
    } else {
      world.tally.count(Event.PEERS_REMOVED);
      host.removePeer(other);
    }
  }

  private void changePresharedKey(Host host, Host other) {
    if (host.running() && host.awake() && host.remotes[other.number] != null) {
      world.tally.count(Event.KEY_CHANGES);
      world.configuration.changePresharedKey(host.number, other.number);
      host.changePresharedKey(other);
    }
  }

  private void changeKey(Host host) {
    if (host.running() && host.awake()) {
      world.tally.count(Event.KEY_CHANGES);
      world.configuration.changeKey(host.number);
      host.changeIdentity();
    }
  }

  void load(Host host) {
    world.tally.count(Event.LOAD_CHANGES);
    host.underLoad = !host.underLoad;
  }

  private void changeKeepalive(Host host, Host other) {
    if (host.running() && host.awake() && host.remotes[other.number] != null) {
      long intervalNs = someKeepaliveNs(random);
      world.configuration.persistentKeepaliveNs(host.number, other.number, intervalNs);
      host.changePersistentKeepalive(other, intervalNs);
    }
  }

  /** Another pattern, in one direction. */
  void traffic(Host host, Host other) {
    Pattern[] patterns = Pattern.values();
    world.traffic[host.number][other.number].change(patterns[random.nextInt(patterns.length - 1)]);
  }
}
