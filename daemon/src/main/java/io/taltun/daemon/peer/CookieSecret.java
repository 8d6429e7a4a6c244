package io.taltun.daemon.peer;

/**
 * What our cookies are made of (whitepaper, section 5.4.7).
 *
 * @param secret 32 bytes, whoever holds it erases them
 * @param drawnNs when it was drawn
 */
public record CookieSecret(byte[] secret, long drawnNs) {
  /** The time only. */
  @Override
  public String toString() {
    return "CookieSecret[drawn at " + drawnNs + "]";
  }
}
