package io.taltun.dataplane.route;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Who owns an inner address: the cryptokey routing table of the WireGuard whitepaper, section 2, as
 * one immutable snapshot over IPv4 and IPv6. The longest prefix that contains an address wins. A
 * change is a new snapshot published behind one reference, so no address is without its owner in
 * between. Any number of threads look up at once; a lookup allocates nothing.
 *
 * @param <T> the owner, typically a peer
 */
public final class AllowedIps<T> {
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  private final Poptrie ipv4;
  private final Poptrie ipv6;
  private final Object[] owners; // by leaf; 0 is nobody
  private final int size;

  private AllowedIps(Poptrie ipv4, Poptrie ipv6, Object[] owners) {
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    this.owners = owners;
    this.size = ipv4.size() + ipv6.size();
  }

  /** An empty builder. */
  public static <T> Builder<T> builder() {
    return new Builder<>();
  }

  /**
   * The owner of an IPv4 address, or null.
   *
   * @param address the four bytes as they stand in the packet, read as one big-endian word
   */
  public T lookupIpv4(int address) {
    return owner(ipv4.lookup((long) address << Integer.SIZE, 0));
  }

  /**
   * The owner of an IPv6 address, or null.
   *
   * @param high bytes 0 to 7 of the address, read as one big-endian word
   * @param low bytes 8 to 15
   */
  public T lookupIpv6(long high, long low) {
    return owner(ipv6.lookup(high, low));
  }

  /** Number of distinct prefixes, both families together. */
  public int size() {
    return size;
  }

  /** The memory behind the lookups, in bytes, the owners themselves left out. */
  public long sizeInBytes() {
    return ipv4.sizeInBytes() + ipv6.sizeInBytes() + (long) owners.length * Integer.BYTES;
  }

  @SuppressWarnings("unchecked") // filled by Builder<T> only
  private T owner(int leaf) {
    return (T) owners[leaf];
  }

  /**
   * Gathers prefixes. For one thread; may go on after {@link #build()}, which takes a copy.
   *
   * @param <T> the owner
   */
  public static final class Builder<T> {
    private static final VarHandle INT =
        MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
        MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final List<Prefix> ipv4 = new ArrayList<>();
    private final List<Prefix> ipv6 = new ArrayList<>();
    private final List<Object> owners = new ArrayList<>();
    private final Map<T, Integer> leaves = new IdentityHashMap<>();

    private Builder() {
      owners.add(null);
    }

    /**
     * Gives a prefix to an owner. Bits behind the length are ignored; the same prefix added again
     * takes the later owner.
     *
     * @param address 4 or 16 bytes, in network order; copied
     * @param prefixLength 0 to 32, or 0 to 128
     * @throws IllegalArgumentException when either has another length
     */
    public Builder<T> add(byte[] address, int prefixLength, T owner) {
      if (address.length != IPV4_BYTES && address.length != IPV6_BYTES) {
        throw new IllegalArgumentException("an address of " + address.length + " bytes");
      }
      if (prefixLength < 0 || prefixLength > address.length * Byte.SIZE) {
        throw new IllegalArgumentException("a prefix length of " + prefixLength);
      }
      int leaf = leafOf(Objects.requireNonNull(owner));
      if (address.length == IPV4_BYTES) {
        long high = (long) (int) INT.get(address, 0) << Integer.SIZE;
        ipv4.add(new Prefix(high, 0, prefixLength, leaf));
      } else {
        long high = (long) LONG.get(address, 0);
        long low = (long) LONG.get(address, Long.BYTES);
        ipv6.add(new Prefix(high, low, prefixLength, leaf));
      }
      return this;
    }

    /** The snapshot of everything added so far. */
    public AllowedIps<T> build() {
      return new AllowedIps<>(
          PoptrieBuilder.build(ipv4), PoptrieBuilder.build(ipv6), owners.toArray());
    }

    private int leafOf(T owner) {
      Integer known = leaves.putIfAbsent(owner, owners.size());
      if (known != null) {
        return known;
      }
      owners.add(owner);
      return owners.size() - 1;
    }
  }
}
