package io.taltun.config;

/** What a command can be run at. */
public enum HookEvent {
  /** The tunnel is up. */
  UP("up"),
  /** The tunnel is about to go. */
  DOWN("down"),
  /** A peer came. */
  PEER_ONLINE("peer-online"),
  /** A peer went. */
  PEER_OFFLINE("peer-offline");

  private final String word;

  HookEvent(String word) {
    this.word = word;
  }

  /** The key of the file: {@code on-up} and so on. */
  public String key() {
    return "on-" + word;
  }

  @Override
  public String toString() {
    return word;
  }
}
