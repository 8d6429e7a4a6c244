package io.taltun.daemon.control;

/** What the control thread counts besides drops. Each label is a metric's name. */
public enum ControlCounter {
  INITIATIONS_SENT("handshake_initiations_sent", "initiations sent, retries included"),
  RESPONSES_SENT("handshake_responses_sent", "responses sent"),
  COOKIE_REPLIES_SENT("handshake_cookie_replies_sent", "cookie replies sent, under load"),
  INITIATIONS_RECEIVED("handshake_initiations_received", "initiations received, refused included"),
  RESPONSES_RECEIVED("handshake_responses_received", "responses received, refused included"),
  COOKIE_REPLIES_RECEIVED("handshake_cookie_replies_received", "cookie replies received"),
  INITIATIONS_UNANSWERED(
      "handshake_initiations_unanswered", "initiations without an answer for REKEY_TIMEOUT (5 s)"),
  SESSIONS_INITIATED("sessions_initiated", "sessions that came of our initiations"),
  SESSIONS_ANSWERED("sessions_answered", "sessions that came of peers' initiations"),
  SESSIONS_RENEWED("sessions_renewed", "sessions that took the place of one that was in use"),
  MESSAGES_UNSENT("handshake_messages_unsent", "handshake messages that the kernel did not take");

  private final String label;
  private final String description;

  ControlCounter(String label, String description) {
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
