package io.taltun.dataplane.session;

import io.taltun.fuzz.FuzzTarget;
import io.taltun.fuzz.Input;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/** Sequences of counters: what the window accepts, against a set of all that came before. */
public final class ReplayWindowTarget implements FuzzTarget {
  private final Supplier<LongPredicate> windows;

  public ReplayWindowTarget() {
    this(() -> new ReplayWindow()::accept);
  }

  /**
   * @param windows makes new ones, with a bug or without
   */
  ReplayWindowTarget(Supplier<LongPredicate> windows) {
    this.windows = windows;
  }

  /** Steps: what is meant, and by how much. */
  @Override
  public void accept(byte[] bytes) {
    Input input = new Input(bytes);
    LongPredicate fast = windows.get();
    CounterSet slow = new CounterSet();
    while (!input.isEmpty()) {
      long greatest = slow.greatest();
      long counter =
          switch (input.below(9)) {
            case 0 -> greatest + 1;
            case 1 -> greatest - input.next();
            case 2 -> greatest + input.next();
            case 3 -> greatest - ReplayWindow.SIZE + input.next() - 4;
            case 4 -> greatest - input.next16();
            case 5 -> greatest + input.next16();
            case 6 -> (greatest & -64) + input.next() - 4;
            case 7 -> ReplayWindow.REJECT_AFTER_MESSAGES + input.next() - 128;
            default -> input.nextLong();
          };
      if (slow.accept(counter) != fast.test(counter)) {
        throw new AssertionError(
            "counter " + Long.toUnsignedString(counter) + " after " + greatest);
      }
    }
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        new byte[] {0, 0, 0, 1, 1, 1, 0},
        new byte[] {5, 0x7f, 0, 5, 0x7f, 0, 3, 4, 3, 3, 3, 5},
        new byte[] {8, 0, 0, 1, 0, 0, 0, 0, 0, 6, 4, 6, 3, 6, 68},
        new byte[] {7, 127, 7, 127, 7, (byte) 128, 3, 4},
        new byte[] {2, 63, 2, 1, 1, 1, 4, 31, (byte) 200, 4, 32, 0});
  }

  @Override
  public int maxLength() {
    return 96;
  }
}
