package io.taltun.dataplane.counter;

/** Why a packet ended early. Each reason is one counter; its label is a metric's label. */
public enum DropReason {
  // Inbound, in the order of the checks.
  RECEIVE_BUFFER_FULL("receive_buffer_full", "the kernel had no room in the socket's buffer"),
  TRUNCATED("truncated", "datagram longer than the receive buffer"),
  TOO_SHORT("too_short", "datagram shorter than its type's message"),
  UNKNOWN_TYPE("unknown_type", "datagram of no WireGuard message type"),
  BAD_LENGTH("bad_length", "handshake message of a wrong length"),
  HANDSHAKE_QUEUE_FULL("handshake_queue_full", "the control thread's queue had no room"),
  UNKNOWN_INDEX("unknown_index", "no session has the receiver index"),
  EXPIRED_SESSION("expired_session", "the session is past REJECT_AFTER_TIME or its last counter"),
  NOT_AUTHENTIC("not_authentic", "the Poly1305 tag does not match"),
  REPLAYED("replayed", "the counter was seen before or is older than the window"),
  MALFORMED_INNER("malformed_inner", "the inner packet is no well-formed IPv4 or IPv6 packet"),
  WRONG_INNER_SOURCE("wrong_inner_source", "the inner source belongs to another peer or to none"),
  ACCESS_DENIED("access_denied", "the peer's access rules do not allow the packet"),
  TUN_WRITE_FAILED("tun_write_failed", "the TUN device refused the packet"),
  // Outbound, in the order of the checks.
  MALFORMED_OFFLOAD("malformed_offload", "the TUN device gave an offload its packet does not fit"),
  MALFORMED_OUTBOUND("malformed_outbound", "the TUN device gave no well-formed IP packet"),
  NO_ROUTE("no_route", "no peer has the destination among its allowed-ips"),
  NO_ENDPOINT("no_endpoint", "the peer's endpoint is not known"),
  WAITING_FULL("waiting_full", "too many packets waited for a session; the oldest went"),
  NO_SESSION("no_session", "the peer did not answer in time; its waiting packets went"),
  TOO_LARGE("too_large", "the packet does not fit a datagram or a waiting slot"),
  SEND_BUFFER_FULL("send_buffer_full", "the socket's send buffer was full"),
  SEND_UNREACHABLE("send_unreachable", "no way leads to the endpoint"),
  SEND_FORBIDDEN("send_forbidden", "a firewall of this machine refused the datagram"),
  SEND_TOO_LONG("send_too_long", "the datagram is longer than its way takes"),
  SEND_FAILED("send_failed", "the kernel refused the datagram"),
  NO_SOCKET("no_socket", "no socket of the endpoint's address family");

  private final String label;
  private final String description;

  DropReason(String label, String description) {
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
