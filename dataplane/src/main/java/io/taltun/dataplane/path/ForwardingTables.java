package io.taltun.dataplane.path;

import io.taltun.dataplane.packet.MssLimit;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.route.SessionIndex;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;

/**
 * What every worker reads of the device's state. The control thread replaces snapshots; a packet
 * sees the old or the new one, never something between (trap 2).
 */
public final class ForwardingTables {
  /** Owner of this host's own addresses among the relay targets: nobody to seal for. */
  public static final Peer HERE = new Peer(-1, 0);

  /** Of {@link #setMssClamp}: TCP's maximum segment size is nobody's business. */
  public static final int MSS_AS_IT_IS = 0;

  /** Of {@link #setMssClamp}: as large as fits the MTU. */
  public static final int MSS_OF_MTU = -1;

  private final SessionIndex<Session> sessions;

  // Written by the control thread.
  private volatile boolean relay;
  private volatile int mtu;
  private int mssClamp = MSS_AS_IT_IS;
  private volatile MssLimit mssLimit;
  private volatile AllowedIps<Peer> allowedIps = AllowedIps.<Peer>builder().build();
  private volatile AllowedIps<Peer> relayTargets = AllowedIps.<Peer>builder().build();

  /**
   * @param sessions written by the control thread only
   * @param mtu of the TUN device, in bytes
   * @param relay whether a packet from one peer to another is sealed again without passing the TUN
   */
  public ForwardingTables(SessionIndex<Session> sessions, int mtu, boolean relay) {
    this.sessions = sessions;
    this.mtu = mtu;
    this.relay = relay;
  }

  public SessionIndex<Session> sessions() {
    return sessions;
  }

  public AllowedIps<Peer> allowedIps() {
    return allowedIps;
  }

  public void setAllowedIps(AllowedIps<Peer> allowedIps) {
    this.allowedIps = allowedIps;
  }

  /**
   * Who gets a packet that a peer sent to another: the allowed-ips, and this host's own addresses,
   * which belong to {@link #HERE}.
   */
  public AllowedIps<Peer> relayTargets() {
    return relayTargets;
  }

  public void setRelayTargets(AllowedIps<Peer> relayTargets) {
    this.relayTargets = relayTargets;
  }

  /** Of the TUN device, in bytes. */
  public int mtu() {
    return mtu;
  }

  public void setMtu(int mtu) {
    this.mtu = mtu;
    setMssClamp(mssClamp);
  }

  /**
   * What the maximum segment size of TCP connections is lowered to; {@link #MSS_AS_IT_IS} at first.
   *
   * @param mssClamp bytes, {@link #MSS_OF_MTU} or {@link #MSS_AS_IT_IS}
   */
  public void setMssClamp(int mssClamp) {
    this.mssClamp = mssClamp;
    mssLimit =
        switch (mssClamp) {
          case MSS_AS_IT_IS -> null;
          case MSS_OF_MTU -> MssLimit.ofMtu(mtu);
          default -> new MssLimit(mssClamp, mssClamp);
        };
  }

  /** What TCP connections may begin with; null for anything. */
  public MssLimit mssLimit() {
    return mssLimit;
  }

  public boolean relay() {
    return relay;
  }

  /** Switches the relay; its targets are set before it goes on. */
  public void setRelay(boolean relay) {
    this.relay = relay;
  }
}
