package io.taltun.daemon.control;

/** Hears of peers that come and go. */
@FunctionalInterface
public interface PeerListener {
  /** Called on the control thread; must not block. */
  void onPeerEvent(PeerEvent event);
}
