#!/bin/bash
# A gateway with several addresses and links answers from the one that was spoken to, gives it up when it is gone, carries
# marks of congestion in and out, and no ICMP error stops it. `75-multihomed.sh PATTERN` runs the cases whose name matches.
#
#   c ── wan ── net 0 ── wan ── g     g has a second address on net 0 and one on net 1
#   c ── wan1 ─ net 1 ─ wan1 ── g     c has FAR on its loopback, reached over both
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

# shellcheck disable=SC2034 # by name, FAR$outer
readonly FAR4=203.0.113.9 FAR6=2001:db8:ffff::9
readonly SECOND=11 # host number of g's second address on net 0

# Both links as they are at the beginning of a case.
topology() {
  local name host
  for name in g c; do
    host=1
    [ $name = g ] || host=2
    in_ns $name nft flush ruleset
    ip -n "$ID-$name" addr flush dev lo scope global
    outer_addresses $name wan 0 $host
    outer_addresses $name wan1 1 $host
  done
  must in_ns g ip addr add "$(outer4 0 $SECOND)/24" dev wan
  must in_ns g ip addr add "$(outer6 0 $SECOND)/64" dev wan nodad
}

address() { "outer$1" "$2" "$3"; } # 4|6 NET HOST

endpoint() { # 4|6 NET HOST
  case $1 in 4) echo "$(outer4 "$2" "$3"):$PORT" ;; 6) echo "[$(outer6 "$2" "$3")]:$PORT" ;; esac
}

pair() { # KIND_OF_C ENDPOINT: c knows where g is, g does not know where c is
  gateway g ours g 10.99.0.1/24 fd99::1/64
  gateway c "$1" c 10.99.0.2/24 fd99::2/64
  peer g c
  peer c g endpoint="$2"
  gateway_up g
  gateway_up c
}

# rules NAME: nft's rules from stdin, in a table with the chains in, out and pre.
rules() {
  in_ns "$1" nft -f - <<NFT || fail "nft: cannot load the rules of $1"
table inet $ID {
  $(cat)
}
NFT
}

counted() { # NAME COUNTER: packets
  in_ns "$1" nft list counter inet "$ID" "$2" | awk '/packets/ { print $2 }'
}

family() { case $1 in 4) echo ip ;; 6) echo ip6 ;; esac; }

# c takes datagrams only from where it sent to, as a NAT or a firewall in front of it does.
strict() { # 4|6 ADDRESS
  rules c <<NFT
  counter strangers { }
  chain in {
    type filter hook input priority 0
    udp sport $PORT $(family "$1") saddr != $2 counter name strangers drop
  }
NFT
}

no_strangers() { [ "$(counted c strangers)" = 0 ] || fail "$(counted c strangers) datagrams from elsewhere"; }

# ---- answers ----

second_address() { # KIND 4|6
  topology
  strict "$2" "$(address "$2" 0 $SECOND)"
  pair "$1" "$(endpoint "$2" 0 $SECOND)"
  must ping_through c g 4
  must ping_through g c 6
  [ "$(iperf c g)" -gt 0 ] || fail 'no TCP to the second address'
  [ "$(iperf c g -R)" -gt 0 ] || fail 'no TCP from the second address'
  no_strangers
}

# Spoken to over one link, at an address that is another one's.
address_of_another_link() { # KIND 4|6
  topology
  in_ns c ip addr flush dev wan1
  must in_ns c ip "-$2" route replace "$(address "$2" 1 1)" via "$(address "$2" 0 1)"
  strict "$2" "$(address "$2" 1 1)"
  pair "$1" "$(endpoint "$2" 1 1)"
  must ping_through c g 4
  must ping_through g c 4
  no_strangers
}

# The peer begins to speak to another address: what it gets follows.
other_address_from_now_on() { # KIND 4|6
  topology
  pair "$1" "$(endpoint "$2" 0 1)"
  must ping_through c g 4
  strict "$2" "$(address "$2" 0 $SECOND)"
  wg_set c g endpoint "$(endpoint "$2" 0 $SECOND)"
  # The first answer may overtake the news.
  wait_for 5 ping_through c g 4 -c 1 -w 1 || fail 'no answer from there'
  must ping_through c g 4 -c 10
  must ping_through g c 4
}

# ---- gone ----

address_removed() { # KIND 4|6
  topology
  pair "$1" "$(endpoint "$2" 0 $SECOND)"
  must ping_through c g 4
  go_on_while g c must in_ns g ip addr del "$(address "$2" 0 $SECOND)/$(prefix "$2")" dev wan
  must ping_through c g 4
  speaks_on_net_0 "$2"
}

prefix() { case $1 in 4) echo 24 ;; 6) echo 64 ;; esac; }

# The link that c was heard on fails; another one leads there, and c follows.
link_fails() { # KIND 4|6
  local far=FAR$2 net
  topology
  must in_ns c ip addr add "${!far}" dev lo
  for net in 0 1; do
    must in_ns g ip "-$2" route replace "${!far}" via "$(address "$2" $net 2)" metric $((200 - net * 100))
  done
  # c answers from FAR: to g it has routes that say so.
  must in_ns c ip "-$2" route replace "$(address "$2" 0 1)" dev wan src "${!far}"
  must in_ns c ip "-$2" route replace "$(address "$2" 1 1)" dev wan1 src "${!far}"
  pair "$1" "$(endpoint "$2" 1 1)"
  must ping_through c g 4
  go_on_while g c links_down
  speaks_on_net_0 "$2"
}

# Which of its addresses there g takes is the kernel's choice; what is gone it cannot take.
speaks_on_net_0() { # 4|6
  case $1:$(wg_field c g 3) in
    "4:198.18.0."*":$PORT" | "6:[2001:db8::"*"]:$PORT") ;;
    *) fail "c speaks to $(wg_field c g 3)" ;;
  esac
}

links_down() {
  must in_ns g ip link set wan1 down
  must in_ns c ip link set wan1 down
}

# go_on_while FROM TO COMMAND...: 30 pings in six seconds, the command after the first; a fifth may get lost.
go_on_while() {
  local from=$1 to=$2 received
  shift 2
  gw "$from" timeout 30 ping -n -c 30 -i 0.2 -W 2 "$(inner4 "$to")" >"$LOGS/ping-while" 2>&1 &
  local pings=$!
  sleep 1
  "$@"
  wait $pings
  received=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$LOGS/ping-while")
  [ "${received:-0}" -ge 24 ] || fail "only ${received:-0} of 30 pings came back"
}

# ---- marks ----

# What g sends tells the mark of what is inside and nothing else; handshakes are AF41.
marks_outside() { # KIND 4|6
  local ip
  ip=$(family "$2")
  topology
  rules c <<NFT
  counter plain { }
  counter ect { }
  counter handshakes { }
  counter others { }
  chain in {
    type filter hook input priority 0
    iifname != wan return
    meta l4proto != udp return
    udp length 60-160 $ip dscp af41 counter name handshakes return
    $ip dscp != cs0 counter name others return
    $ip ecn ect0 counter name ect return
    $ip ecn not-ect counter name plain return
    counter name others
  }
NFT
  pair "$1" "$(endpoint "$2" 0 1)"
  must ping_through c g 4
  [ "$(counted c handshakes)" -ge 1 ] || fail 'handshake messages are not marked AF41'
  must ping_through g c 4 -c 5 -Q 0xb8 # EF, takes no part
  [ "$(counted c ect)" = 0 ] || fail 'a mark outside that is not inside'
  must ping_through g c 4 -c 5 -Q 0xba # EF, ECT(0)
  must ping_through g c 6 -c 5 -Q 0x03 # CE: begins anew
  [ "$(counted c ect)" -ge 10 ] || fail "only $(counted c ect) of 10 are ECT(0) outside"
    [ "$(counted c others)" = 0 ] || fail "$(counted c others) datagrams are marked otherwise"
}

# Whatever c sends meets congestion: who takes part hears of it, who does not goes on as before.
congestion_inside() { # KIND 4|6
  local marked
  topology
  rules c <<NFT
  chain post {
    type filter hook postrouting priority 0
    oifname wan udp dport $PORT $(family "$2") ecn set ce
  }
NFT
  rules g <<NFT
  counter ce { }
  counter plain { }
  chain in {
    type filter hook input priority 0
    iifname != $ID* return
    ip ecn ce counter name ce
    ip6 ecn ce counter name ce
    ip ecn not-ect counter name plain
    ip6 ecn not-ect counter name plain
  }
NFT
  pair "$1" "$(endpoint "$2" 0 1)"
  must ping_through c g 4
  must ping_through c g 6
  [ "$(counted g ce)" = 0 ] || fail 'marked inside though it takes no part'
  [ "$(counted g plain)" -ge 6 ] || fail 'what takes no part got lost'
  must ping_through c g 4 -c 5 -Q 0xba
  must ping_through c g 6 -c 5 -Q 0x01
  marked=$(counted g ce)
  [ "$marked" -ge 10 ] || fail "only $marked of 10 were marked inside"
  must in_ns c sysctl -qw net.ipv4.tcp_ecn=1
  must in_ns g sysctl -qw net.ipv4.tcp_ecn=1
  [ "$(iperf c g)" -gt 0 ] || fail 'no TCP with ECN'
  [ "$(counted g ce)" -gt $((marked + 20)) ] || fail 'the segments of TCP are not marked'
  [ "$(status '.counters.congestion_marks')" -gt 20 ] || fail "counters: $(status .counters)"
}

# ---- errors ----

# d's port is closed, forbidden, without a way: c goes on as if nothing were.
errors_of_another_peer() { # ERROR
  topology
  gateway g ours g 10.99.0.1/24 fd99::1/64
  gateway c wireguard-go c 10.99.0.2/24 fd99::2/64
  gateway d wireguard-go d 10.99.0.3/24 fd99::3/64
  peer g c
  peer g d
  peer c g endpoint="$(endpoint 4 0 1)"
  peer d g endpoint="$(endpoint 4 2 1)"
  gateway_up g
  gateway_up c
  gateway_up d
  must ping_through c g 4
  must ping_through d g 4
  "$1"
  start towards-d.log g ping -n -i 0.05 -c 100 "$(inner4 d)"
  must ping_through c g 4 -c 20
  must ping_through g c 4 -c 20
  [ "$(status '.counters.worker_faults')" = 0 ] || fail 'a fault in a worker'
  [ "$(status '.counters.udp_receive_errors')" = 0 ] || fail 'an ICMP error came back to the socket'
}

port_closed() { stop "$(pid d)"; }

forbidden() {
  rules g <<NFT
  chain out {
    type filter hook output priority 0
    ip daddr $(outer4 2 2) udp sport $PORT reject
  }
NFT
}

unreachable() { must in_ns g ip route add unreachable "$(outer4 2 2)"; }

counts_forbidden() {
  errors_of_another_peer forbidden
  [ "$(status '.drops.send_forbidden')" -gt 0 ] || fail "drops: $(status .drops)"
}

counts_unreachable() {
  errors_of_another_peer unreachable
  [ "$(status '.drops.send_unreachable')" -gt 0 ] || fail "drops: $(status .drops)"
}

status() { # FILTER
  taltun_ctl g status "$(device g)" --json >"$LOGS/status.json" || fail 'no status'
  jq -c "$1" "$LOGS/status.json"
}

command -v nft >/dev/null || { skip_case 'multihomed' 'needs nft (nftables)'; finish; }
must netns_add g
must netns_add c
must netns_add d
must netns_join 0 g wan c wan
must netns_join 1 g wan1 c wan1
must netns_join 2 g wan2 d wan
for kind in wireguard-go ours; do
  for outer in 4 6; do
    run_case "multihomed: $kind speaks to the second address over IPv$outer" second_address $kind $outer
    run_case "multihomed: $kind speaks to another link's address over IPv$outer" address_of_another_link $kind $outer
  done
done
for outer in 4 6; do
  run_case "multihomed: the peer turns to another address over IPv$outer" other_address_from_now_on wireguard-go $outer
  run_case "multihomed: the address is removed over IPv$outer" address_removed ours $outer
  run_case "multihomed: the link fails over IPv$outer" link_fails ours $outer
  taltun_case "multihomed: marks outside over IPv$outer" marks_outside wireguard-go $outer
  taltun_case "multihomed: congestion inside, wireguard-go sends over IPv$outer" congestion_inside wireguard-go $outer
  taltun_case "multihomed: congestion inside, Taltun sends over IPv$outer" congestion_inside ours $outer
done
taltun_case 'multihomed: another peer has closed its port' errors_of_another_peer port_closed
taltun_case 'multihomed: a firewall forbids another peer' counts_forbidden
taltun_case 'multihomed: no way to another peer' counts_unreachable
finish
