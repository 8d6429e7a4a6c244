package io.taltun.daemon.takeover;

/**
 * What the two processes say, in this order. NEXT is the process that takes over, HERE the one that
 * runs.
 *
 * <pre>
 *   NEXT  HELLO ──────►            version, name
 *         ◄────── OFFER   HERE     what there is; the descriptors follow
 *   NEXT  READY ──────►            built and warm, from here on HERE stands still
 *         ◄────── STATE   HERE     sessions, peers, waiting packets
 *   NEXT  PREPARED ───►            all of it is in place
 *         ◄────── GO      HERE     never sends again under these sessions
 *   NEXT  RUNNING ────►            its workers run
 *   NEXT  DONE ───────►            its sockets have taken the place of ours: HERE ends
 * </pre>
 *
 * Either may say REFUSE instead, with a line of text, up to GO.
 */
enum FrameType {
  HELLO,
  OFFER,
  READY,
  STATE,
  PREPARED,
  GO,
  RUNNING,
  DONE,
  REFUSE
}
