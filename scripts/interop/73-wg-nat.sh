#!/bin/bash
# A gateway behind a NAT, and gateways whose addresses change, all configured by wg. `73-wg-nat.sh PATTERN` runs the
# cases whose name matches.
#
#   a 198.18.1.1 ── 198.18.1.2 nat 198.18.2.1 ── 198.18.2.2 b      nat masquerades; b has no route to a's network
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh
. ./wg-driven.sh

# behind_nat INSIDE OUTSIDE KEEPALIVE: the kinds of a and b; a keeps its mapping open by KEEPALIVE seconds, - for not.
behind_nat() {
  command -v nft >/dev/null || skip 'there is no nft'
  in_ns nat nft list ruleset >/dev/null 2>&1 || skip 'the kernel has no nf_tables'
  gateway a "$1" a 10.99.0.1/24 fd99::1/64
  gateway b "$2" b 10.99.0.2/24 fd99::2/64
  case $3 in
    -) peer a b endpoint="$(outer4 2 2):$PORT" ;;
    *) peer a b endpoint="$(outer4 2 2):$PORT" keepalive="$3" ;;
  esac
  peer b a
  masquerade ''
  gateway_up b
  gateway_up a
  [ "$3" != - ] || must_not ping_through b a 4 -c 1 -w 1 # it does not know where a is
  must ping_through a b 4
  case $(wg_field b a 3) in
    "$(outer4 2 1):"*) ;;
    *) fail "b thinks that a is at $(wg_field b a 3), not at the NAT" ;;
  esac
  must ping_through b a 6
}

# masquerade WORDS: how the NAT chooses ports from now on; mappings that are there stay.
masquerade() {
  in_ns nat nft flush ruleset
  must in_ns nat nft "add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; }
    add rule ip nat post oifname outside masquerade $1"
}

# udp_timeout SECONDS: after which a silent mapping is forgotten.
udp_timeout() {
  must in_ns nat sysctl -qw net.netfilter.nf_conntrack_udp_timeout="$1" net.netfilter.nf_conntrack_udp_timeout_stream="$1"
}

reset_nat() {
  udp_timeout 30
  in_ns nat ip addr flush dev outside scope global
  must in_ns nat ip addr add "$(outer4 2 1)/24" dev outside
  must in_ns a ip route replace default via "$(outer4 1 2)"
}

keepalives_hold() { # INSIDE OUTSIDE
  reset_nat
  udp_timeout 3
  behind_nat "$1" "$2" 1
  sleep 7
  must ping_through b a 4
}

# Without keepalives the way in is closed until a speaks again, from another port.
mapping_expires() { # INSIDE OUTSIDE
  local before
  reset_nat
  udp_timeout 2
  behind_nat "$1" "$2" -
  before=$(wg_field b a 3)
  sleep 4
  must_not ping_through b a 4 -c 1 -w 1
  masquerade fully-random
  heard_again a b
  [ "$(wg_field b a 3)" != "$before" ] || fail 'the mapping is still the old one'
  must ping_through b a 4
}

# What has the old address of the NAT is forgotten at once: the same flow leaves from the new one.
nat_moves() { # INSIDE OUTSIDE
  reset_nat
  behind_nat "$1" "$2" 1
  ping_in_motion a b in_ns nat sh -c "ip addr flush dev outside scope global && ip addr add $(outer4 2 11)/24 dev outside"
  case $(wg_field b a 3) in
    "$(outer4 2 11):"*) ;;
    *) fail "b thinks that a is at $(wg_field b a 3)" ;;
  esac
  must ping_through b a 4
}

# ping_in_motion FROM TO COMMAND...: pings every 0.1 s; a fifth of them may get lost.
ping_in_motion() {
  local from=$1 to=$2 received pings
  shift 2
  gw "$from" timeout 60 ping -n -q -c 40 -i 0.1 -W 5 "$(inner4 "$to")" >"$LOGS/in-motion" 2>&1 &
  pings=$!
  sleep 1
  must "$@"
  wait $pings
  received=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$LOGS/in-motion")
  [ "${received:-0}" -ge 32 ] || fail "only ${received:-0} of 40 pings came back"
}

# The side that moves sends: the other follows what is authenticated. There and back.
address_moves() { # KIND OF THE OTHER SIDE
  local host
  gateway a "$DRIVEN" b 10.99.0.1/24 fd99::1/64
  gateway b "$1" c 10.99.0.2/24 fd99::2/64
  peer a b endpoint="$(outer4 3 2):$PORT"
  peer b a
  gateway_up b
  gateway_up a
  must ping_through a b 4
  for host in 11 1; do
    ping_in_motion a b move_to $host
    [ "$(wg_field b a 3)" = "$(outer4 3 $host):$PORT" ] || fail "b thinks that a is at $(wg_field b a 3)"
    must ping_through b a 4
  done
}

move_to() { # HOST
  in_ns b ip addr flush dev side scope global
  in_ns b ip addr add "$(outer4 3 "$1")/24" dev side
}

for namespace in a nat b c; do
  must netns_add $namespace
done
must in_ns nat sysctl -qw net.ipv4.ip_forward=1
must netns_join 1 a wan nat inside
must netns_join 2 nat outside b wan
must netns_join 3 b side c wan
run_case 'wg, NAT: keepalives hold the mapping, Taltun inside' keepalives_hold "$DRIVEN" wireguard-go
run_case 'wg, NAT: keepalives hold the mapping, Taltun outside' keepalives_hold wireguard-go "$DRIVEN"
run_case 'wg, NAT: the mapping changes under traffic, Taltun inside' nat_moves "$DRIVEN" wireguard-go
run_case 'wg, NAT: the mapping changes under traffic, Taltun outside' nat_moves wireguard-go "$DRIVEN"
run_case 'wg, NAT: the mapping changes under traffic, two Taltuns' nat_moves "$DRIVEN" "$DRIVEN"
run_case 'wg, NAT: the mapping expires, Taltun inside' mapping_expires "$DRIVEN" wireguard-go
run_case 'wg, NAT: the mapping expires, Taltun outside' mapping_expires wireguard-go "$DRIVEN"
# wireguard-go keeps to a source address that is gone: only Taltun moves here.
taltun_case 'wg: its address changes under traffic, with wireguard-go' address_moves wireguard-go
taltun_case 'wg: its address changes under traffic, with another Taltun' address_moves "$DRIVEN"
finish
