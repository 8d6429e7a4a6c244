package io.taltun.daemon.why;

/**
 * What bears on packets to one peer, at one moment. Times are seconds ago; null is never.
 *
 * @param name from the configuration, or the key's first characters
 * @param publicKey base64
 * @param prefix of its allowed-ips that has the address
 * @param state {@code idle}, {@code connecting}, {@code online} or {@code offline}
 * @param endpoint where it is; null when not known
 * @param unresolved the host name that its endpoint is configured by, while it has not resolved;
 *     null otherwise
 * @param session whether there is one to send under
 * @param sessionAgeSeconds of that session, or of the latest that still receives
 * @param heardSeconds the latest authentic message
 * @param sentSeconds the latest message under a session
 * @param unanswered initiations since the latest session
 * @param unansweredSeconds when the first of those went out
 * @param deniedPackets from it that its access rules did not allow
 */
public record PeerFacts(
    String name,
    String publicKey,
    String prefix,
    String state,
    String endpoint,
    String unresolved,
    boolean session,
    Long sessionAgeSeconds,
    Long heardSeconds,
    Long sentSeconds,
    int unanswered,
    Long unansweredSeconds,
    long deniedPackets) {}
