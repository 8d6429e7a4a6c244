#!/bin/bash
# A gateway in front of a LAN: what a peer may send, the MTU of the way to it, and TCP's segment size.
# `slow-rules.sh PATTERN` runs the cases whose name matches.
#
#   c ── wan ── net 0 ── wan0 ── r ── wan1 ── net 1 ── wan ── g ── lan ── net 2 ── lan ── h
#   the peer                  a router                    the gateway                a host
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

readonly KNOCK=$ROOT/scripts/netns/knock.pl
readonly HEADERS4=28 # of a ping

host() { "outer$1" 2 2; } # 4|6

network() {
  must netns_add c
  must netns_add r
  must netns_add g
  must netns_add h
  must netns_join 0 r wan0 c wan
  must netns_join 1 r wan1 g wan
  must netns_join 2 g lan h lan
  local name
  for name in r g; do
    must in_ns $name sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  done
  must in_ns c ip route replace default via "$(outer4 0 1)"
  must in_ns g ip route replace default via "$(outer4 1 1)"
  must in_ns h ip route replace default via "$(outer4 2 1)"
  must in_ns c ip -6 route replace default via "$(outer6 0 1)"
  must in_ns g ip -6 route replace default via "$(outer6 1 1)"
  must in_ns h ip -6 route replace default via "$(outer6 2 1)"
}

# path_mtu BYTES: of the link between c and r.
path_mtu() {
  must in_ns r ip link set wan0 mtu "$1"
  must in_ns c ip link set wan mtu "$1"
}

# up KIND_OF_C OUTER LINES: both ends, c with LINES in its entry of g's file.
up() {
  local endpoint name
  # What an earlier case has told them of paths.
  for name in c g h; do
    in_ns $name ip route flush cache
    in_ns $name ip -6 route flush cache
  done
  [ "$2" = 4 ] && endpoint=$(outer4 1 2):$PORT || endpoint="[$(outer6 1 2)]:$PORT"
  gateway g ours g 10.99.0.1/24 fd99::1/64
  gateway c "$1" c 10.99.0.2/24 fd99::2/64
  GATEWAY[g.c.yaml]=$3
  peer g c
  peer c g endpoint="$endpoint" allowed=10.99.0.1/32,fd99::1/128,198.18.2.0/24,2001:db8:2::/64
  gateway_up g
  gateway_up c
  # Comes up whatever the rules say: what g sends to c may be answered.
  wait_for 10 gw c ping -4 -n -c 1 -W 1 "$(inner4 g)" || true
  wait_for 10 ping_through g c 4 || fail 'no ping from the gateway'
}

serve() { # NAME PORT...
  local name=$1
  shift
  start "serve-$name.log" "$name" perl "$KNOCK" serve "$@"
  wait_for 10 grep -q ready "$LOGS/serve-$name.log" || fail "no server: $(cat "$LOGS/serve-$name.log")"
}

knock() { in_ns "$1" timeout 5 perl "$KNOCK" "${@:2}"; } # NAME tcp|udp ADDRESS PORT [BYTES]

ping_host() { in_ns c ping "-$1" -n -c 2 -i 0.2 -W 2 "$(host "$1")"; } # 4|6

status() { # FILTER
  taltun_ctl g status "$(device g)" --json >"$LOGS/status.json" || fail 'no status'
  jq -c "$1" "$LOGS/status.json"
}

log_has() { grep -q "$1" "$LOGS/$(device g).log" || fail "not in the log: $1"; }

# ---- access rules ----

allow_list() { # KIND
  up "$1" 4 "    allow: [\"$(host 4) tcp 5001\", \"$(host 6) tcp 5001,5003-5004\", \"198.18.2.0/24 udp 53\", \"$(host 4) icmp\"]
    log: true"
  serve h 5001 5002 5004 53
  must knock c tcp "$(host 4)" 5001
  must knock c tcp "$(host 6)" 5004
  must knock c udp "$(host 4)" 53
  must ping_host 4
  must_not knock c tcp "$(host 4)" 5002
  must_not knock c tcp "$(host 6)" 5002
  must_not knock c udp "$(host 4)" 5001
  must_not knock c udp "$(host 6)" 53
  must_not ping_host 6
  must_not in_ns c ping -n -c 1 -W 1 "$(inner4 g)"
  wait_for 3 grep -q "peer c: denied tcp from 10.99.0.2:[0-9]* to $(host 4):5002" "$LOGS/$(device g).log" ||
    fail "the log says: $(grep denied "$LOGS/$(device g).log")"
  [ "$(status .drops.access_denied)" -ge 6 ] || fail "drops: $(status .drops)"
  [ "$(status .drops.access_denied)" = "$(status '.peers[0].deniedPackets')" ] || fail "peers: $(status .peers)"
  taltun_ctl g status "$(device g)" | grep -q 'denied by access rules: c [1-9]' || fail 'not in the table'
}

# What the LAN begins is answered, whatever the rules; large datagrams come in fragments.
answers() { # KIND
  up "$1" 4 '    allow: []'
  serve c 5001
  serve h 5001
  must_not knock c tcp "$(host 4)" 5001
  must knock h tcp 10.99.0.2 5001
  must knock h udp 10.99.0.2 5001 4000
  must in_ns h ip -6 route replace fd99::/64 via "$(outer6 2 1)"
  must knock h tcp fd99::2 5001
  must knock h udp fd99::2 5001 4000
  must in_ns h ping -n -c 2 -i 0.2 -s 4000 -W 2 10.99.0.2
  # A port that is closed there: the ICMP error is an answer, too.
  case $(knock h udp 10.99.0.2 5009 2>&1) in *refused*) ;; *) fail 'no port unreachable' ;; esac
  must_not in_ns c ping -n -c 1 -W 1 "$(host 4)"
}

deny_list() { # KIND
  up "$1" 4 "    deny: [\"$(host 4) tcp 1-5001\", \"any udp\", \"$(host 6)\"]"
  serve h 5001 5002
  must_not knock c tcp "$(host 4)" 5001
  must knock c tcp "$(host 4)" 5002
  must_not knock c udp "$(host 4)" 5002
  must_not knock c udp "$(host 4)" 5002 4000
  must_not knock c tcp "$(host 6)" 5002
  must ping_host 4
  must_not ping_host 6
  [ "$(grep -c denied "$LOGS/$(device g).log")" = 0 ] || fail 'logged though nobody asked for it'
}

# Fragments pass where the first of them does.
fragments() { # KIND
  up "$1" 4 '    allow: ["any udp 5001"]'
  serve h 5001 5002
  must knock c udp "$(host 4)" 5001 4000
  must knock c udp "$(host 6)" 5001 4000
  must_not knock c udp "$(host 4)" 5002 4000
}

# Rules change under a connection that the LAN began, and it goes on; what the peer may no more, it may not at once.
reloaded() { # KIND
  local config
  up "$1" 4 '    allow: ["any tcp 5001"]'
  config=$LOGS/$(device g).yaml
  serve h 5001 5002
  start iperf-server.log c iperf3 -s -1
  must knock c tcp "$(host 4)" 5001
  sleep 0.5
  start iperf.log h iperf3 -c 10.99.0.2 -t 6 -b 20M -J
  local iperf=$STARTED
  sleep 2
  sed -i 's/any tcp 5001/any tcp 5002/' "$config"
  must taltun_ctl g reload "$(device g)"
  must_not knock c tcp "$(host 4)" 5001
  must knock c tcp "$(host 4)" 5002
  wait "$iperf" || fail "the connection from the LAN broke: $(jq -c .error "$LOGS/iperf.log")"
  [ "$(jq '[.intervals[].sum.bytes | select(. == 0)] | length' "$LOGS/iperf.log")" = 0 ] || fail 'it stood still'
  sed -i '/allow: ."any tcp/d' "$config"
  must taltun_ctl g reload "$(device g)"
  must knock c udp "$(host 4)" 5001
}

# ---- the MTU of the path ----

device_mtu() { [ "$(in_ns g cat "/sys/class/net/$(device g)/mtu")" = "$1" ]; } # BYTES

# A download that goes on while the path becomes narrow and wide again.
follows_the_path() { # KIND OUTER
  path_mtu 1500
  GATEWAY[g.mtu]=auto
  must in_ns g sysctl -qw net.ipv4.route.mtu_expires=30 net.ipv6.route.mtu_expires=30
  up "$1" "$2" ''
  device_mtu 1420 || fail "the MTU is $(in_ns g cat "/sys/class/net/$(device g)/mtu") at the beginning"
  start iperf-server.log h iperf3 -s -1
  sleep 0.5
  start iperf.log c iperf3 -c "$(host 4)" -R -J -t 240 -b 20M
  local iperf=$STARTED
  sleep 3
  path_mtu 1380
  wait_for 90 device_mtu 1300 || fail "the MTU did not follow: $(in_ns g ip route get "$(outer4 0 2)")"
  log_has "takes 1380 bytes"
  log_has 'the MTU is 1300 now'
  sleep 3
  path_mtu 1500
  wait_for 100 device_mtu 1420 || fail 'the MTU did not come back'
  kill -0 "$iperf" 2>/dev/null || fail "the transfer has ended: $(jq -c .error "$LOGS/iperf.log")"
  kill -INT "$iperf"
  wait "$iperf"
  # No second without a byte but those of the changes.
  local still
  still=$(jq '[.intervals[].sum.bytes | select(. == 0)] | length' "$LOGS/iperf.log")
  [ "${still:-99}" -le 6 ] || fail "$still seconds without a byte"
  [ "$(grep -c 'the MTU is' "$LOGS/$(device g).log")" = 2 ] || fail "$(grep 'the MTU is' "$LOGS/$(device g).log")"
}

# With a number the MTU stays, and what is too long for the path goes in pieces outside.
goes_in_pieces() { # KIND OUTER
  path_mtu 1500
  up "$1" "$2" ''
  path_mtu 1300
  # Over IPv6 the first one tells the gateway's kernel of the path, and is lost.
  in_ns h ping -n -c 2 -i 0.2 -W 1 -M 'do' -s $((MTU - HEADERS4)) 10.99.0.2 >/dev/null
  must in_ns h ping -n -c 3 -i 0.2 -W 2 -M 'do' -s $((MTU - HEADERS4)) 10.99.0.2
  device_mtu $MTU || fail 'the MTU changed'
  path_mtu 1500
}

# Who sends what is longer than the tunnel hears of it.
too_big() { # KIND
  up "$1" 4 ''
  in_ns h ping -n -c 2 -i 0.2 -W 1 -M 'do' -s $((1500 - HEADERS4)) 10.99.0.2 >"$LOGS/ping" 2>&1
  grep -qE "mtu ?= ?$MTU" "$LOGS/ping" || fail 'no "fragmentation needed"'
  must in_ns h ping -n -c 2 -i 0.2 -W 2 -s 3000 10.99.0.2
}

# ---- TCP's segment size ----

count_mss() { # NAME DEVICE SIZE: counts SYNs that come in, those that name a larger segment size apart
  in_ns "$1" nft flush ruleset
  in_ns "$1" nft -f - <<NFT || fail "nft: cannot count in $1"
table inet $ID {
  counter fits { }
  counter large { }
  chain in {
    type filter hook input priority 0
    iifname != $2 return
    tcp flags & syn == 0 return
    tcp option maxseg size > $3 counter name large return
    tcp option maxseg size <= $3 counter name fits
  }
}
NFT
}

counted() { in_ns "$1" nft list counter inet "$ID" "$2" | awk '/packets/ { print $2 }'; } # NAME COUNTER

mss() { # KIND CLAMP SIZE4: with tunnels that claim to carry 1500 bytes
  path_mtu 1500
  GATEWAY[g.yaml]="  mss-clamp: $2"
  up "$1" 4 ''
  must in_ns c ip link set "$(device c)" mtu 1500
  count_mss h lan "$3"
  count_mss c "$(device c)" "$3"
  serve h 5001
  must knock c tcp "$(host 4)" 5001 4000
}

clamped() { # KIND CLAMP SIZE4
  mss "$@"
  [ "$(counted h fits) $(counted h large)" = '1 0' ] || fail "at the host: $(counted h fits) $(counted h large)"
  [ "$(counted c fits) $(counted c large)" = '1 0' ] || fail "at the peer: $(counted c fits) $(counted c large)"
  must knock c tcp "$(host 6)" 5001 4000
  [ "$(counted c large)" = 0 ] || fail 'over IPv6 it is not'
  [ "$(status .counters.mss_clamped)" = 4 ] || fail "counters: $(status .counters)"
}

not_clamped() { # KIND
  mss "$1" off 1380
  [ "$(counted h large)" -ge 1 ] || fail 'clamped though off'
  [ "$(status .counters.mss_clamped)" = 0 ] || fail "counters: $(status .counters)"
}

command -v nft >/dev/null || { skip_case 'rules' 'needs nft (nftables)'; finish; }
network
for kind in wireguard-go ours; do
  taltun_case "rules: $kind may send what the list names, and no more" allow_list $kind
  taltun_case "rules: answers of $kind pass" answers $kind
  taltun_case "rules: $kind may send everything but what is denied" deny_list $kind
done
taltun_case 'rules: fragments' fragments wireguard-go
taltun_case 'rules: changed by a reload' reloaded wireguard-go
for outer in 4 6; do
  taltun_case "mtu: auto follows the path over IPv$outer" follows_the_path wireguard-go $outer
  taltun_case "mtu: a number stays, over IPv$outer" goes_in_pieces wireguard-go $outer
done
taltun_case 'mtu: too big for the tunnel' too_big wireguard-go
taltun_case 'mss: lowered to the MTU, both ways' clamped wireguard-go auto 1380
taltun_case 'mss: lowered to a number, both ways' clamped wireguard-go 1200 1200
taltun_case 'mss: off' not_clamped wireguard-go
finish
