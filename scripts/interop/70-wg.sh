#!/bin/bash
# wg and wg-quick configure Taltun as they do wireguard-go: what is set, what is shown, what starts and what ends.
# `70-wg.sh PATTERN` runs the cases whose name matches.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh
. ./wg-driven.sh

readonly FAR=203.0.113.1 # on b's loopback: only a default route through the tunnel leads there
readonly PREFIXES=130000

# ---- what wg shows ----

# bare NAME: a device, and nothing set.
bare() {
  local name=$1 device
  device=$(device "$name")
  case ${GATEWAY[$name.kind]} in
    taltun-wg) start_taltun "$name" wg -f "$device" ;;
    *)
      start "$device.log" "${GATEWAY[$name.namespace]}" env LOG_LEVEL=error wireguard-go -f "$device"
      GATEWAY[$name.pid]=$STARTED
      wait_for 30 accepts_uapi "$name" || fail "$name did not come up"
      ;;
  esac
  wait_for 30 gw "$name" wg show "$device" || fail "$name did not come up"
}

# both WORDS...: wg with these words for each device, %i; then both show the same.
both() {
  local name
  for name in a b; do
    must gw "$name" wg "${@//%i/$(device "$name")}"
  done
  alike "$*"
}

alike() { # WHAT
  same "$(settings_of a)" "$(settings_of b)" "after wg $1"
  same "$(conf_of a)" "$(conf_of b)" "showconf after wg $1"
}

shows_the_same() {
  local psk one two
  gateway a "$DRIVEN" a
  gateway b wireguard-go b
  bare a
  bare b
  psk=$(key_file psk "$(wg genpsk)")
  one=$(wg genkey | wg pubkey)
  two=$(wg genkey | wg pubkey)
  both set %i listen-port 40404 # wireguard-go has a port from the start
  both set %i private-key "$(key_file own "${GATEWAY[a.key]}")" fwmark 0x2a
  both set %i peer "$one" allowed-ips 10.1.0.0/16,fd01::/64 endpoint 192.0.2.1:51820 persistent-keepalive 25 \
    preshared-key "$psk"
  both set %i peer "$two" allowed-ips 10.1.2.0/24,10.200.3.4/8,fd01::1/128,0.0.0.0/0 endpoint '[2001:db8::1]:1'
  both set %i peer "$one" allowed-ips 10.1.2.0/24 # which moves, and the others of the peer go
  both set %i peer "$one" preshared-key /dev/null persistent-keepalive off
  both set %i peer "$one" endpoint '[2001:db8::ffff]:65535'
  both set %i peer "$(public a)" allowed-ips 10.3.0.0/16 # a peer with the device's own key is none
  both set %i peer "$two" allowed-ips ''
  both set %i fwmark off peer "$one" remove
  both set %i peer "$one" remove
  both set %i listen-port 40405 private-key "$(key_file other "${GATEWAY[b.key]}")"
  both set %i private-key /dev/null
}

round_trip() {
  local conf=$LOGS/round-trip.conf before
  gateway a "$DRIVEN" a 10.99.0.1/24
  gateway b wireguard-go b 10.99.0.2/24 fd99::2/64
  gateway c wireguard-go b 10.99.0.3/24
  peer a b endpoint="$(outer4 0 2):$PORT" psk="$(wg genpsk)" keepalive=7 allowed=10.0.0.0/8,::/0,fd99::2/128
  peer a c endpoint="[$(outer6 0 2)]:40404"
  gateway_up a
  before=$(conf_of a)
  (umask 077 && echo "$before" >"$conf")
  must gw a wg setconf "$(device a)" "$conf"
  same "$before" "$(conf_of a)" 'after setconf of showconf'
  must gw a wg syncconf "$(device a)" "$conf"
  same "$before" "$(conf_of a)" 'after syncconf of showconf'
  must gw a wg addconf "$(device a)" "$conf"
  same "$before" "$(conf_of a)" 'after addconf of showconf'
  printf '[Interface]\nListenPort = 1234\n' >"$conf"
  must gw a wg setconf "$(device a)" "$conf"
  [ "$(gw a wg show "$(device a)" peers)" = '' ] || fail 'setconf left peers'
}

# ---- the socket itself ----

refuses() { # ERRNO LINE...: of a set
  local errno=$1 answer
  shift
  answer=$(printf '%s\n' set=1 "$@" '' | uapi a)
  [ "$answer" = "errno=$errno" ] || fail "$* was answered with ${answer:-nothing}"
}

all_or_nothing() {
  local hex before busy
  gateway a "$DRIVEN" a 10.99.0.1/24
  gateway b wireguard-go b 10.99.0.2/24 fd99::2/64
  peer a b endpoint="$(outer4 0 2):$PORT" psk="$(wg genpsk)"
  gateway_up a
  before=$(settings_of a)
  hex=$(public b | base64 -d | od -An -tx1 | tr -d ' \n')
  refuses -22 "listen_port=1" "public_key=$hex" remove=true unknown=1
  refuses -22 "public_key=$hex" preshared_key="${hex}00" remove=true
  refuses -22 "public_key=$hex" allowed_ip=10.0.0.0/33
  refuses -22 replace_peers=true "public_key=$hex" fwmark=1
  refuses -22 replace_peers=true allowed_ip=10.0.0.0/8
  refuses -22 replace_peers=true listen_port=65536
  refuses -71 replace_peers=true listen_port
  same "$before" "$(settings_of a)" 'after sets that were refused'
  # A port that another socket has: nothing of that set is done either.
  start busy.log a perl -MIO::Socket::INET -e \
    '$s = IO::Socket::INET->new(LocalPort => 40400, Proto => "udp") or die $!; $| = 1; print "bound\n"; sleep 60'
  busy=$STARTED
  wait_for 10 grep -q bound "$LOGS/busy.log" || fail 'the port was not taken'
  refuses -98 replace_peers=true listen_port=40400
  same "$before" "$(settings_of a)" 'after a port that was taken'
  stop "$busy"
  refuses 0 listen_port=40400
  refuses 0 "public_key=$hex" allowed_ip=-fd99::2/128
  [ "$(wg_field a b 4)" = 10.99.0.2/32 ] || fail "left of the allowed-ips: $(wg_field a b 4)"
  [ "$(gw a wg show "$(device a)" listen-port)" = 40400 ] || fail 'the free port was not taken'
}

two_clients() {
  local i pids=() pid
  gateway a "$DRIVEN" a 10.99.0.1/24
  gateway b wireguard-go b 10.99.0.2/24 fd99::2/64
  peer a b
  gateway_up a
  for i in 1 2; do
    (for _ in {1..20}; do gw a wg set "$(device a)" fwmark $i && gw a wg show "$(device a)" >/dev/null || exit 1; done) &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do
    wait "$pid" || fail 'one of two clients was refused'
  done
  # One that keeps a set open keeps nobody off.
  start idle.log a perl -MIO::Socket::UNIX -e \
    '$s = IO::Socket::UNIX->new(Peer => $ARGV[0]); print $s "set=1\nlisten_port=1\n"; $s->flush; print STDOUT "open\n"; $| = 1; sleep 60' \
    "/run/wireguard/$(device a).sock"
  must timeout 10 ip netns exec "$ID-a" wg set "$(device a)" fwmark 3
  [ "$(gw a wg show "$(device a)" fwmark)" = 0x3 ] || fail 'the mark was not set'
}

# ---- many prefixes ----

many_conf() { # OCTET: 10.OCTET.0.0 and what follows
  wg_conf a | sed '/^AllowedIPs/d'
  perl -e 'my ($octet, $count) = @ARGV;
    for my $i (0 .. $count - 1) { printf "%s10.%d.%d.%d/32", $i % 1000 ? ", " : "\nAllowedIPs = ", $octet + ($i >> 16), $i >> 8 & 255, $i & 255 }
    print "\n"' "$1" $PREFIXES
}

set_many() { # OCTET
  local conf=$LOGS/many.conf began took
  (umask 077 && many_conf "$1" >"$conf")
  began=${EPOCHREALTIME/[.,]/}
  must gw a timeout 60 wg setconf "$(device a)" "$conf"
  took=$(((${EPOCHREALTIME/[.,]/} - began) / 1000))
  note "$PREFIXES allowed-ips set in $took ms"
  [ $took -lt 20000 ] || fail "setconf took $took ms"
  [ "$(gw a wg show "$(device a)" allowed-ips | wc -w)" = $((PREFIXES + 1)) ] ||
    fail "$(gw a wg show "$(device a)" allowed-ips | wc -w) words of allowed-ips"
}

# far_end OCTET: the addresses of the first, a middle and the last prefix.
far_ends() {
  local i
  for i in 0 65535 $((PREFIXES - 1)); do
    echo "10.$(($1 + (i >> 16))).$((i >> 8 & 255)).$((i & 255))"
  done
}

many_prefixes() {
  local address
  driven_pair wireguard-go
  must gw a ip route add 10.0.0.0/8 dev "$(device a)"
  for address in $(far_ends 20) $(far_ends 40) 10.45.0.1; do
    must gw b ip addr add "$address/32" dev lo
  done
  set_many 20
  for address in $(far_ends 20); do
    must gw a ping -n -c 2 -i 0.2 -w 10 "$address"
  done
  must_not gw a ping -n -c 1 -W 1 10.45.0.1
  set_many 40
  for address in $(far_ends 40); do
    must gw a ping -n -c 2 -i 0.2 -w 10 "$address"
  done
  must_not gw a ping -n -c 1 -W 1 "$(far_ends 20 | head -n 1)"
}

# ---- wg-quick ----

quick() { # up|down|save: prints what it did
  gw a env WG_QUICK_USERSPACE_IMPLEMENTATION="$IMPLEMENTATION" timeout 120 wg-quick "$1" "$LOGS/$(device a).conf" \
    >>"$LOGS/quick.log" 2>&1
}

# quick_conf ALLOWED [LINE...]: for a; b is up and knows it.
quick_conf() {
  local conf allowed=$1
  shift
  ! in_ns a ip link add wgprobe type wireguard 2>/dev/null || skip 'wg-quick would take the WireGuard of the kernel'
  command -v wg-quick >/dev/null || skip 'there is no wg-quick'
  gateway a "$DRIVEN" a 10.99.0.1/24 fd99::1/64
  gateway b wireguard-go b 10.99.0.2/24 fd99::2/64
  peer a b endpoint="$(outer4 0 2):$PORT" allowed="$allowed"
  peer b a
  gateway_up b
  conf=$LOGS/$(device a).conf
  (umask 077 && {
    wg_conf a | sed '/^\[Peer\]/,$d'
    printf '%s\n' 'Address = 10.99.0.1/24, fd99::1/64' "$@"
    wg_conf a | sed -n '/^\[Peer\]/,$p'
  } >"$conf")
  goes_with_device
}

# goes_with_device: what a process in the background leaves, and itself.
goes_with_device() {
  echo "file /run/taltun/$(device a).log" >>"$MADE"
  echo "device $ID-a $(device a)" >>"$MADE"
}

quick_up() {
  quick up || fail "wg-quick up failed: $(tail -n 1 "$LOGS/quick.log")"
}

quick_down() {
  quick down || fail "wg-quick down failed: $(tail -n 1 "$LOGS/quick.log")"
  wait_for 10 sockets_gone || fail 'its sockets are still there'
}

sockets_gone() { ! compgen -G "/run/*/$(device a).sock" >/dev/null; }

wg_quick() {
  quick_conf 10.99.0.2/32,fd99::2/128 'MTU = 1400' 'SaveConfig = true'
  quick_up
  must ping_through a b 4
  must ping_through a b 6
  must gw a wg set "$(device a)" peer "$(public b)" persistent-keepalive 21
  quick_down
  grep -q 'PersistentKeepalive = 21' "$LOGS/$(device a).conf" || fail 'SaveConfig did not save'
  quick_up # at once
  must ping_through a b 4
  [ "$(wg_field a b 8)" = 21 ] || fail "keepalive $(wg_field a b 8)"
  quick_down
}

# With rules, a mark that wg-quick sets on the running device, and the firewall's.
wg_quick_default_route() {
  command -v nft >/dev/null || command -v iptables >/dev/null || skip 'wg-quick needs nft or iptables for a default route'
  quick_conf 0.0.0.0/0
  in_ns b ip addr replace $FAR/32 dev lo
  quick_up
  must ping_through a b 4
  must gw a ping -n -c 2 -i 0.2 -w 10 $FAR
  [ "$(gw a wg show "$(device a)" fwmark)" != off ] || fail 'no mark'
  quick_down
  ! gw a ip rule | grep -q fwmark || fail 'rules are left'
}

# ---- beginnings and ends ----

background_device() {
  local status
  gateway a taltun-wg a 10.99.0.1/24
  goes_with_device
  must gw a timeout 60 "$ROOT/scripts/taltun-wg" "$(device a)"
  must gw a wg set "$(device a)" listen-port 40404
  must gw a ip link show "$(device a)"
  taltun_ctl a wg "$(device a)" >"$LOGS/second" 2>&1
  status=$?
  [ $status = 1 ] || fail "a second start ended with $status"
  [ "$(wc -l <"$LOGS/second")" = 1 ] || fail "a second start said: $(cat "$LOGS/second")"
  taltun_ctl a status "$(device a)" >"$LOGS/status" || fail 'taltun status does not see it'
  grep -q 'port 40404' "$LOGS/status" || fail "status: $(cat "$LOGS/status")"
  must taltun_ctl a down "$(device a)"
  sockets_gone || fail 'its sockets are still there'
  must_not gw a ip link show "$(device a)"
}

name_is_taken() {
  local status
  gateway a taltun-wg a
  must gw a ip link add "$(device a)" type veth
  goes_with_device
  for word in -f ''; do
    taltun_ctl a wg $word "$(device a)" >"$LOGS/taken" 2>&1
    status=$?
    [ $status = 1 ] || fail "it ended with $status"
    [ "$(wc -l <"$LOGS/taken")" = 1 ] || fail "it said: $(cat "$LOGS/taken")"
  done
  must gw a ip link del "$(device a)"
}

ends() { # STATUS-OK COMMAND...: the process of a does, with exit status 0 and without a trace
  local status
  gateway a "$DRIVEN" a 10.99.0.1/24
  gateway_up a
  must "$@"
  wait_for 10 gone a || fail "still there after: $*"
  wait "$(pid a)"
  status=$?
  [ $status = 0 ] || fail "exit status $status"
  must_not gw a ip link show "$(device a)"
}

device_deleted() { ends in_ns a ip link del "${ID}a"; }
socket_removed() { ends rm "/run/wireguard/${ID}a.sock"; }
told_to_end() { ends end_a; }
end_a() { kill -TERM "$(pid a)"; }

IMPLEMENTATION=$ROOT/scripts/taltun-wg
[ "$DRIVEN" = taltun-wg ] || IMPLEMENTATION=$DRIVEN
must ns_pair a b
run_case 'wg: shows the same as of wireguard-go' shows_the_same
run_case 'wg: showconf, setconf, syncconf and addconf go round' round_trip
taltun_case 'wg: a set is done as a whole or not at all' all_or_nothing
run_case 'wg: two clients at once' two_clients
run_case "wg: $PREFIXES allowed-ips in one setconf, twice" many_prefixes
run_case 'wg-quick: up, save, down and up again' wg_quick
run_case 'wg-quick: a default route' wg_quick_default_route
taltun_case 'taltun wg: in the background' background_device
taltun_case 'taltun wg: the name is taken' name_is_taken
run_case 'taltun wg: the device is deleted' device_deleted
run_case 'taltun wg: the socket is removed' socket_removed
run_case 'taltun wg: SIGTERM' told_to_end
finish
