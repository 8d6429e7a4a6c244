package io.taltun.dataplane.counter;

/** What a worker takes or gives many of in one go. Each label is a metric's label. */
public enum Batch {
  TUN_READ("tun_read", "packets read in one turn at the TUN device"),
  UDP_RECEIVE("udp_receive", "datagrams received by one recvmmsg call"),
  UDP_SEND("udp_send", "datagrams sent by one sendmmsg call");

  private final String label;
  private final String description;

  Batch(String label, String description) {
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
