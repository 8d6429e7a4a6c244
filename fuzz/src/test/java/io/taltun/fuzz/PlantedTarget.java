package io.taltun.fuzz;

import java.util.List;

/** A parser with a bug to be found: it believes a length that is one more than there is. */
public final class PlantedTarget implements FuzzTarget {
  @Override
  public void accept(byte[] input) {
    if (input.length < 4 || input[0] != 4 || input[1] != 0) {
      return;
    }
    int length = (input[2] & 0xff) << 8 | input[3] & 0xff;
    if (length <= input.length - 3) {
      byte[] payload = new byte[length];
      System.arraycopy(input, 4, payload, 0, length);
    }
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(new byte[] {4, 0, 0, 3, 7, 8, 9}, new byte[] {1, 0, 0, 0});
  }

  @Override
  public int maxLength() {
    return 64;
  }

  @Override
  public int inputsInTests() {
    return 20_000;
  }
}
