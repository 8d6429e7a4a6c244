package io.taltun.daemon.takeover;

import io.taltun.daemon.control.DeviceTransfer;

/** A running gateway that another process may take over. Any thread; one takeover at a time. */
public interface Giver {
  /** Of the device. */
  String name();

  /**
   * What there is at the moment.
   *
   * @throws TakeoverException when it cannot be taken over as it is
   */
  Offer offer() throws TakeoverException;

  /** Something like what {@link #standStill} gives, while packets flow; the caller erases it. */
  DeviceTransfer rehearsal() throws TakeoverException;

  /** What became of it. */
  enum Outcome {
    /** Nothing went to the other process that could be used: the gateway goes on. */
    KEPT,
    /** The other process has it. */
    GIVEN,
    /**
     * The other process had it, or may have had it, and has ended: the gateway goes on, and uses
     * none of the sessions any more.
     */
    LOST
  }

  /** What is said while everything stands still. */
  @FunctionalInterface
  interface Exchange {
    /**
     * @param state to hand over, erased by the callee
     * @param committed called when from then on the state must not be used here any more
     */
    Outcome run(DeviceTransfer state, Runnable committed);
  }

  /**
   * Lets the workers and the control thread stand still while {@code exchange} runs, on a thread of
   * the callee's choice, and does then what the outcome says. After {@link Outcome#GIVEN} nothing
   * of the gateway ever runs again.
   *
   * @param offered what {@link #offer} said; a gateway that stands on something else by now refuses
   */
  Outcome standStill(Offer offered, Exchange exchange) throws TakeoverException;
}
