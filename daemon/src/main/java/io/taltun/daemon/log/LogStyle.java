package io.taltun.daemon.log;

/** The form of log lines. */
public enum LogStyle {
  /** For people and files: time, level, source, message. */
  TEXT,
  /** For journald, which knows the time: a syslog level in angle brackets, source, message. */
  JOURNAL,
  /** One JSON object a line. */
  JSON
}
