package io.taltun.daemon.metrics;

import static io.taltun.daemon.metrics.Metric.counter;
import static io.taltun.daemon.metrics.Metric.gauge;
import static io.taltun.daemon.metrics.Metric.histogram;
import static io.taltun.daemon.metrics.Metric.summary;

import io.taltun.daemon.control.ControlCounter;
import io.taltun.dataplane.counter.Counter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Every metric that is served. docs/observability.md has the same list; a test compares them. */
final class Catalog {
  private static final String INTERFACE = "interface";
  private static final String KEY = "public_key";
  private static final String NAME = "friendly_name";
  private static final String WORKER = "worker";
  private static final String THREAD = "thread";

  // Names, labels and meaning of https://github.com/MindFlavor/prometheus_wireguard_exporter, which
  // dashboards are made for.
  static final Metric SENT_BYTES =
      counter(
          "wireguard_sent_bytes_total",
          "Bytes sent to the peer.",
          INTERFACE,
          KEY,
          "allowed_ips",
          NAME);
  static final Metric RECEIVED_BYTES =
      counter(
          "wireguard_received_bytes_total",
          "Bytes received from the peer.",
          INTERFACE,
          KEY,
          "allowed_ips",
          NAME);
  static final Metric LATEST_HANDSHAKE =
      gauge(
          "wireguard_latest_handshake_seconds",
          "When the latest handshake was, in seconds since 1970; 0 for never.",
          INTERFACE,
          KEY,
          "allowed_ips",
          NAME);

  // Of each peer.
  static final Metric PEER_ONLINE =
      gauge(
          "taltun_peer_online",
          "1 when there is a session with the peer that may send, otherwise 0.",
          INTERFACE,
          KEY,
          NAME);
  static final Metric PEER_SENT_PACKETS =
      counter(
          "taltun_peer_sent_packets_total",
          "Transport messages sent to the peer, keepalives included.",
          INTERFACE,
          KEY,
          NAME);
  static final Metric PEER_RECEIVED_PACKETS =
      counter(
          "taltun_peer_received_packets_total",
          "Authentic transport messages received from the peer, keepalives included.",
          INTERFACE,
          KEY,
          NAME);
  static final Metric PEER_DENIED_PACKETS =
      counter(
          "taltun_peer_denied_packets_total",
          "Packets that the peer's access rules did not allow; absent without rules.",
          INTERFACE,
          KEY,
          NAME);
  static final Metric PEER_ROUND_TRIP =
      gauge(
          "taltun_peer_handshake_round_trip_seconds",
          "Round trip of the latest handshake, with what the peer computes; absent before it.",
          INTERFACE,
          KEY,
          NAME);
  static final Metric PEER_ENDPOINT =
      gauge(
          "taltun_peer_endpoint_info",
          "1, with where the peer is; absent while that is not known.",
          INTERFACE,
          KEY,
          NAME,
          "remote_ip",
          "remote_port");

  // Of the gateway.
  static final Metric BUILD =
      gauge("taltun_build_info", "1, with what runs.", "version", "java_version");
  static final Metric GATEWAY =
      gauge(
          "taltun_gateway_info",
          "1, with how packets are carried and sealed.",
          INTERFACE,
          "mode",
          "aead");
  static final Metric UPTIME =
      gauge("taltun_uptime_seconds", "Since the device was ready.", INTERFACE);
  static final Metric HEALTHY =
      gauge(
          "taltun_healthy",
          "1 while control thread and workers make progress, otherwise 0.",
          INTERFACE);
  static final Metric MTU =
      gauge("taltun_mtu_bytes", "The largest packet that the device takes.", INTERFACE);
  static final Metric CONFIG_LOADED =
      gauge(
          "taltun_config_loaded_timestamp_seconds",
          "When the configuration in force was taken, in seconds since 1970.",
          INTERFACE);
  static final Metric RELOADS =
      counter(
          "taltun_reloads_total",
          "Configurations offered to the running gateway: taken or refused.",
          INTERFACE,
          "result");
  static final Metric PEERS =
      gauge(
          "taltun_peers", "Peers by state: idle, connecting, online, offline.", INTERFACE, "state");
  static final Metric PEERS_CAME =
      counter(
          "taltun_peers_came_online_total",
          "How often a peer came online after it was away.",
          INTERFACE);
  static final Metric PEERS_WENT =
      counter(
          "taltun_peers_went_offline_total",
          "How often a peer went offline: silent for too long, removed, or the link is down.",
          INTERFACE);
  static final Metric SESSIONS =
      gauge("taltun_sessions", "Sessions that may send or receive; a peer has up to 3.", INTERFACE);
  static final Metric OFFLOAD =
      gauge(
          "taltun_offload_info",
          "1, with the state of a kernel offload: on, off, unavailable or fallen back, and why.",
          INTERFACE,
          "offload",
          "state",
          "reason");

  // Drops.
  static final Metric DROPPED_PACKETS =
      counter(
          "taltun_dropped_packets_total",
          "Packets and datagrams that ended early, by reason.",
          INTERFACE,
          "reason");
  static final Metric DROPPED_HANDSHAKES =
      counter(
          "taltun_dropped_handshake_messages_total",
          "Handshake messages that went no further, by reason.",
          INTERFACE,
          "reason");

  // Handshakes.
  static final Metric ROUND_TRIPS =
      histogram(
          "taltun_handshake_round_trip_seconds",
          "Round trips of handshakes, with what peers compute and the wait on either side.",
          INTERFACE);
  static final Metric WAITING_INITIATIONS =
      gauge(
          "taltun_waiting_initiations",
          "Initiations that passed the first checks and wait for an answer.",
          INTERFACE);
  static final Metric WAITING_INITIATIONS_LIMIT =
      gauge("taltun_waiting_initiations_limit", "How many may wait.", INTERFACE);
  static final Metric UNDER_LOAD =
      gauge(
          "taltun_under_load",
          "1 while initiations without a cookie are answered by one (whitepaper, section 5.3).",
          INTERFACE);

  // Queues and pools.
  static final Metric CONTROL_QUEUE =
      gauge(
          "taltun_control_queue_records",
          "Records of a worker that the control thread has not taken yet.",
          INTERFACE,
          WORKER,
          "queue");
  static final Metric CONTROL_QUEUE_LIMIT =
      gauge("taltun_control_queue_limit", "Records that such a queue holds.", INTERFACE, "queue");
  static final Metric WAITING_PACKETS =
      gauge(
          "taltun_waiting_packets",
          "Packets that wait in a worker's pool for a session.",
          INTERFACE,
          WORKER);
  static final Metric WAITING_PACKETS_LIMIT =
      gauge("taltun_waiting_packets_limit", "Packets that such a pool holds.", INTERFACE);
  static final Metric BATCHES =
      histogram(
          "taltun_batch_packets",
          "Packets in one go: read from the TUN device, in one recvmmsg, in one sendmmsg call.",
          INTERFACE,
          "batch");

  // Threads.
  static final Metric THREAD_CPU =
      counter(
          "taltun_thread_cpu_seconds_total",
          "CPU time of a worker or the control thread; its rate is the thread's load, 1 is a CPU.",
          INTERFACE,
          THREAD);
  static final Metric THREAD_ANSWERS =
      histogram(
          "taltun_thread_answer_seconds",
          "How long a thread took to answer, from being woken to being done; asked once a second.",
          INTERFACE,
          THREAD);

  // The process, by the names of Prometheus' client libraries.
  static final Metric PROCESS_CPU =
      counter("process_cpu_seconds_total", "CPU time of the process, all threads.");
  static final Metric PROCESS_START =
      gauge("process_start_time_seconds", "When the process began, in seconds since 1970.");
  static final Metric PROCESS_RESIDENT =
      gauge("process_resident_memory_bytes", "Memory of the process that is resident.");
  static final Metric PROCESS_VIRTUAL =
      gauge("process_virtual_memory_bytes", "Address space of the process.");
  static final Metric PROCESS_OPEN_FILES = gauge("process_open_fds", "Open file descriptors.");
  static final Metric PROCESS_MOST_FILES =
      gauge("process_max_fds", "File descriptors that may be open.");
  static final Metric JVM_MEMORY_USED =
      gauge("jvm_memory_used_bytes", "Memory that the JVM uses, by area.", "area");
  static final Metric JVM_MEMORY_COMMITTED =
      gauge("jvm_memory_committed_bytes", "Memory that the JVM has for it.", "area");
  static final Metric JVM_MEMORY_MAX =
      gauge("jvm_memory_max_bytes", "Memory that the JVM may take; -1 for no bound.", "area");
  static final Metric JVM_COLLECTIONS =
      summary(
          "jvm_gc_collection_seconds",
          "Garbage collections; the packet path stands still meanwhile.",
          "gc");
  static final Metric JVM_THREADS = gauge("jvm_threads_current", "Threads of the JVM.");

  private static final Map<Counter, Metric> WORKER_COUNTERS = new EnumMap<>(Counter.class);
  private static final Map<ControlCounter, Metric> CONTROL_COUNTERS =
      new EnumMap<>(ControlCounter.class);

  static {
    for (Counter counter : Counter.values()) {
      WORKER_COUNTERS.put(
          counter,
          counter(
              "taltun_" + counter.label() + "_total",
              sentence(counter.description()),
              INTERFACE,
              WORKER));
    }
    for (ControlCounter counter : ControlCounter.values()) {
      CONTROL_COUNTERS.put(
          counter,
          counter(
              "taltun_" + counter.label() + "_total", sentence(counter.description()), INTERFACE));
    }
  }

  private Catalog() {}

  private static String sentence(String description) {
    return Character.toUpperCase(description.charAt(0)) + description.substring(1) + ".";
  }

  static Metric of(Counter counter) {
    return WORKER_COUNTERS.get(counter);
  }

  static Metric of(ControlCounter counter) {
    return CONTROL_COUNTERS.get(counter);
  }

  /** A part of the list, as the documentation shows it. */
  record Group(String title, List<Metric> metrics) {}

  /** All, in the order in which they are served and documented. */
  static List<Group> groups() {
    List<Metric> handshakes = new ArrayList<>(CONTROL_COUNTERS.values());
    handshakes.addAll(
        List.of(ROUND_TRIPS, WAITING_INITIATIONS, WAITING_INITIATIONS_LIMIT, UNDER_LOAD));
    return List.of(
        new Group(
            "Peers",
            List.of(
                SENT_BYTES,
                RECEIVED_BYTES,
                LATEST_HANDSHAKE,
                PEER_ONLINE,
                PEER_SENT_PACKETS,
                PEER_RECEIVED_PACKETS,
                PEER_DENIED_PACKETS,
                PEER_ROUND_TRIP,
                PEER_ENDPOINT)),
        new Group(
            "The gateway",
            List.of(
                BUILD,
                GATEWAY,
                UPTIME,
                HEALTHY,
                MTU,
                CONFIG_LOADED,
                RELOADS,
                PEERS,
                PEERS_CAME,
                PEERS_WENT,
                SESSIONS,
                OFFLOAD)),
        new Group("Drops", List.of(DROPPED_PACKETS, DROPPED_HANDSHAKES)),
        new Group("Handshakes", handshakes),
        new Group(
            "Queues, pools and batches",
            List.of(
                CONTROL_QUEUE,
                CONTROL_QUEUE_LIMIT,
                WAITING_PACKETS,
                WAITING_PACKETS_LIMIT,
                BATCHES)),
        new Group("Workers", List.copyOf(WORKER_COUNTERS.values())),
        new Group("Threads", List.of(THREAD_CPU, THREAD_ANSWERS)),
        new Group(
            "The process",
            List.of(
                PROCESS_CPU,
                PROCESS_START,
                PROCESS_RESIDENT,
                PROCESS_VIRTUAL,
                PROCESS_OPEN_FILES,
                PROCESS_MOST_FILES,
                JVM_MEMORY_USED,
                JVM_MEMORY_COMMITTED,
                JVM_MEMORY_MAX,
                JVM_COLLECTIONS,
                JVM_THREADS)));
  }
}
