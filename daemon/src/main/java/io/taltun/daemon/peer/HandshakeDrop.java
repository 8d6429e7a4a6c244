package io.taltun.daemon.peer;

import java.util.Locale;

/** Why a handshake message, received or to be sent, went no further; each is one counter. */
public enum HandshakeDrop {
  /** Not the length of its type. */
  WRONG_LENGTH,
  /** Neither initiation, response nor cookie reply. */
  UNKNOWN_TYPE,
  /** The device has no private key yet, or is down. */
  NOT_READY,
  /** mac1 does not prove knowledge of our public key. */
  BAD_MAC1,
  /** Under load and without a valid mac2: answered by a cookie reply. */
  COOKIE_REQUIRED,
  /** Under load, from a source that asks more than 20 times a second. */
  OVER_BUDGET,
  /** More initiations wait than can be answered soon, most of them from where this one came. */
  QUEUE_FULL,
  /** The Noise handshake does not authenticate. */
  NOT_AUTHENTIC,
  /** In the name of a public key that is nobody's here. */
  UNKNOWN_PEER,
  /** The timestamp is not greater than the peer's greatest. */
  REPLAYED_TIMESTAMP,
  /** Sooner than 20 ms after the peer's previous initiation. */
  TOO_SOON,
  /** A response or cookie reply to nothing that is pending. */
  UNKNOWN_INDEX,
  /** A cookie reply that does not decrypt under our latest mac1. */
  BAD_COOKIE_REPLY,
  /** The peer's public key is of low order: nothing can be agreed with it. */
  LOW_ORDER_KEY,
  /** No session index was left, for an answer or for our own initiation. */
  NO_INDEX_LEFT;

  /** The counter's label, such as {@code bad_mac1}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
