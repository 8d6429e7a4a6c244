package io.taltun.dataplane.counter;

/** What a worker counts besides drops. Each label is a metric's name. */
public enum Counter {
  TUN_READS("tun_reads", "reads of the TUN device that brought something"),
  TUN_READ_PACKETS("tun_read_packets", "packets read from the TUN device, segmented ones apart"),
  TUN_WRITES("tun_writes", "writes to the TUN device"),
  TUN_WRITTEN_PACKETS("tun_written_packets", "packets written to it, coalesced ones apart"),
  TUN_OFFLOAD_REFUSALS("tun_offload_refusals", "coalesced packets that the TUN device refused"),
  UDP_RECEIVED_DATAGRAMS("udp_received_datagrams", "datagrams received"),
  UDP_RECEIVED_BYTES("udp_received_bytes", "bytes of UDP payload received"),
  UDP_RECEIVED_MESSAGES("udp_received_messages", "messages received; UDP_GRO joins datagrams"),
  UDP_RECEIVE_CALLS("udp_receive_calls", "recvmmsg calls that brought something"),
  UDP_RECEIVE_ERRORS("udp_receive_errors", "recvmmsg calls that failed"),
  UDP_SENT_DATAGRAMS("udp_sent_datagrams", "datagrams handed to the kernel"),
  UDP_SENT_BYTES("udp_sent_bytes", "bytes of UDP payload handed to the kernel"),
  UDP_SENT_MESSAGES("udp_sent_messages", "messages sent; UDP_SEGMENT joins datagrams"),
  UDP_OFFLOAD_REFUSALS("udp_offload_refusals", "joined datagrams that the kernel refused"),
  UDP_SEND_CALLS("udp_send_calls", "sendmmsg calls"),
  LOCAL_ADDRESSES_GIVEN_UP(
      "local_addresses_given_up",
      "times that a peer was no longer answered from where it spoke to"),
  CONGESTION_MARKS("congestion_marks", "packets marked inside as they were congested outside"),
  MSS_CLAMPED("mss_clamped", "TCP SYNs whose maximum segment size was lowered"),
  FLOWS_FORGOTTEN(
      "flows_forgotten",
      "flows to peers with access rules that another one took the place of while they lived"),
  RELAYED_PACKETS("relayed_packets", "packets from one peer sealed again for another"),
  HANDSHAKE_MESSAGES("handshake_messages", "handshake messages passed to the control thread"),
  PATH_PROBES("path_probes", "datagrams by which other Taltuns measure a path's MTU"),
  KEEPALIVES_RECEIVED("keepalives_received", "authentic empty transport messages"),
  WAKE_UPS("wake_ups", "returns from epoll_wait"),
  WORKER_FAULTS("worker_faults", "exceptions in a duty cycle; each is a bug");

  private final String label;
  private final String description;

  Counter(String label, String description) {
    this.label = label;
    this.description = description;
  }

  public String label() {
    return label;
  }

  public String description() {
    return description;
  }
}
