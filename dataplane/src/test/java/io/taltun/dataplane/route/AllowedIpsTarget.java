package io.taltun.dataplane.route;

import io.taltun.fuzz.FuzzTarget;
import io.taltun.fuzz.Input;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Small routing tables, nested and odd: who owns an address, against a scan of all lines. */
public final class AllowedIpsTarget implements FuzzTarget {
  private static final int MOST_LINES = 12;

  /** Lines, each an address, a length and an owner; then addresses, of lines or byte by byte. */
  @Override
  public void accept(byte[] bytes) {
    Input input = new Input(bytes);
    AllowedIps.Builder<Integer> builder = AllowedIps.builder();
    List<PrefixLine> lines = new ArrayList<>();
    int count = input.below(MOST_LINES + 1);
    for (int i = 0; i < count; i++) {
      byte[] address = address(input, lines);
      int length = input.below(address.length * Byte.SIZE + 1);
      PrefixLine line = new PrefixLine(address, length, input.below(3));
      lines.add(line);
      builder.add(address, length, line.owner());
    }
    AllowedIps<Integer> table = builder.build();
    for (PrefixLine line : lines) {
      check(table, lines, line.address());
    }
    while (!input.isEmpty()) {
      check(table, lines, address(input, lines));
    }
  }

  /** Another line's with one bit turned, or all of it from the input. */
  private static byte[] address(Input input, List<PrefixLine> lines) {
    int kind = input.next();
    if (kind >= 2 && !lines.isEmpty()) {
      byte[] address = lines.get(kind % lines.size()).address().clone();
      int bit = input.below(address.length * Byte.SIZE);
      address[bit / Byte.SIZE] ^= (byte) (0x80 >> bit % Byte.SIZE);
      return address;
    }
    int length = kind % 2 == 0 ? 4 : 16;
    return Arrays.copyOf(input.take(length), length);
  }

  private static void check(AllowedIps<Integer> table, List<PrefixLine> lines, byte[] address) {
    ByteBuffer bytes = ByteBuffer.wrap(address);
    Integer found =
        address.length == 4
            ? table.lookupIpv4(bytes.getInt())
            : table.lookupIpv6(bytes.getLong(), bytes.getLong());
    Integer expected = PrefixLine.owner(lines, address);
    if (found == null ? expected != null : !found.equals(expected)) {
      throw new AssertionError("owner " + found + ", not " + expected);
    }
  }

  @Override
  public List<byte[]> seeds() {
    byte[] ipv4 = {2, 0, 10, 0, 0, 0, 8, 0, 5, 15, 24, 1, 0, 10, 1, 0, 0, 3, 31};
    byte[] ipv6 = new byte[60];
    ipv6[0] = 2;
    ipv6[1] = 1;
    ipv6[2] = (byte) 0xfd;
    ipv6[18] = 64;
    ipv6[20] = 4;
    ipv6[21] = 127;
    ipv6[22] = (byte) 128;
    ipv6[23] = 1;
    byte[] all = {3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 32, 1, 7, 0, 1, 2, 9, 9, 9, 5, 5, 0, 1, 2};
    return List.of(ipv4, ipv6, all);
  }

  @Override
  public int maxLength() {
    return 160;
  }
}
