package io.taltun.dataplane.session;

/**
 * A peer's sessions as the workers see them, replaced as a whole by the control thread.
 *
 * @param current sends and receives; null before the first handshake
 * @param previous receives what was on its way when {@code current} took over; may be null
 * @param next was answered to an initiation and waits for its first authentic packet; may be null
 */
public record Keypairs(Session current, Session previous, Session next) {
  public static final Keypairs NONE = new Keypairs(null, null, null);

  /**
   * The session to seal with, or null: {@code next} from its first authentic packet on, as the
   * answer to that packet must not go under keys that the peer may have lost; the control thread
   * makes it {@code current} a moment later.
   */
  public Session sending() {
    return next != null && next.confirmed() ? next : current;
  }
}
