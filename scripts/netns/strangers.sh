# shellcheck shell=bash
# Peers by the thousand that nobody is. Source it.

# strangers N: peers with random keys, in 10.99.0.0/16 from 10.99.1.0 on. 42 characters of base64 are 252 bits; the 43rd
# adds four zero bits.
strangers() {
  head -c $((33 * $1)) /dev/urandom | base64 -w 44 | awk '{
    printf "  - name: peer%d\n    public-key: %sA=\n    allowed-ips: [10.99.%d.%d/32]\n", NR, substr($0, 1, 42),
      int(NR / 250) + 1, NR % 250 + 1 }'
}
