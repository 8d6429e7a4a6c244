import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code HOST PORT SECONDS [SEED]} sends 5,000 datagrams a second of every length from 0 to 2000
 * bytes. One in five has a random type; the others are of the four WireGuard types, half of them
 * with the length that the type wants.
 */
final class JunkFlood {
  private static final int PER_SECOND = 5_000;
  private static final int MAX_LENGTH = 2_000;
  private static final int[] WANTED_LENGTH = {0, 148, 92, 64, 32};

  public static void main(String[] args) throws Exception {
    InetSocketAddress target = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    long count = (long) PER_SECOND * Integer.parseInt(args[2]);
    long seed = args.length > 3 ? Long.parseLong(args[3]) : new Random().nextLong();
    Random random = new Random(seed);
    byte[] junk = new byte[MAX_LENGTH];
    long refused = 0;
    System.out.println("flooding " + target + ", seed " + seed);
    try (DatagramChannel channel = DatagramChannel.open()) {
      long startNs = System.nanoTime();
      for (long i = 0; i < count; i++) {
        random.nextBytes(junk);
        int length = (int) (i % (MAX_LENGTH + 1));
        int type = (int) (i % WANTED_LENGTH.length);
        if (type != 0) {
          junk[0] = (byte) type;
          junk[1] = junk[2] = junk[3] = 0;
          if (random.nextBoolean()) {
            length = WANTED_LENGTH[type];
          }
        }
        try {
          channel.send(ByteBuffer.wrap(junk, 0, length), target);
        } catch (SocketException e) {
          refused++;
        }
        LockSupport.parkNanos(startNs + i * 1_000_000_000L / PER_SECOND - System.nanoTime());
      }
    }
    System.out.println("sent " + (count - refused) + ", refused " + refused);
  }
}
