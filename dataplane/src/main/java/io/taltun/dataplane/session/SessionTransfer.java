package io.taltun.dataplane.session;

/**
 * How far a session has come, for another process to go on from. The keys go apart.
 *
 * @param sendCounter the next one, unsigned; nothing at or above it was sent
 * @param confirmed whether an authentic packet came
 * @param reported whether the control thread was told so
 * @param replayWindow as {@link ReplayWindow#copy} gave it
 */
public record SessionTransfer(
    long sendCounter, boolean confirmed, boolean reported, long[] replayWindow) {}
