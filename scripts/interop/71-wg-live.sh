#!/bin/bash
# wg and ip change a device that Taltun runs while packets go through it: keys, port, mark, link, MTU, namespace, peers
# and prefixes. `71-wg-live.sh PATTERN` runs the cases whose name matches.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh
. ./wg-driven.sh

readonly BIG_MTU=34816
readonly SHARED=10.99.9.9 # an address that b and c both have

heard_again() { # FROM TO: within the time that a handshake and its retries need
  wait_for 30 ping_through "$1" "$2" 4 -c 1 -w 2 || fail "$1 does not reach $2 any more"
}

# ---- sessions that stay ----

# The peer's lines stay the same; the others of the file come and go.
sync_conf() {
  local i conf=$LOGS/sync.conf
  for i in 1 2 3 4 5; do
    (umask 077 && {
      wg_conf a
      printf '[Peer]\nPublicKey = %s\nAllowedIPs = 10.1.%s.0/24, fd01::/64\n' "$(wg genkey | wg pubkey)" $i
    } >"$conf")
    must gw a wg syncconf "$(device a)" "$conf"
  done
}

sessions_stay() {
  local handshake
  driven_pair "$1" psk="$(wg genpsk)"
  handshake=$(wg_field a b 5)
  flood a 10.99.0.2 600 sync_conf
  [ "$(wg_field a b 5)" = "$handshake" ] || fail 'syncconf began a session anew'
  [ "$(gw a wg show "$(device a)" peers | wc -l)" = 2 ] || fail "$(gw a wg show "$(device a)" peers | wc -l) peers"
}

# wg setconf takes all peers away and makes them anew: their sessions, too, but nothing else is lost.
set_conf_anew() {
  local conf=$LOGS/again.conf
  driven_pair "$1"
  (umask 077 && wg_conf a >"$conf")
  must gw a wg setconf "$(device a)" "$conf"
  heard_again a b
  heard_again b a
}

# ---- the device's own settings ----

private_key() {
  local old
  driven_pair "$1"
  old=$(public a)
  GATEWAY[a.key]=$(wg genkey)
  GATEWAY[a.public]=$(wg pubkey <<<"${GATEWAY[a.key]}")
  must gw a wg set "$(device a)" private-key "$(key_file new "${GATEWAY[a.key]}")"
  must gw b wg set "$(device b)" peer "$old" remove
  wg_set b a allowed-ips 10.99.0.1/32,fd99::1/128 endpoint "$(outer4 0 1):$PORT"
  heard_again a b
  heard_again b a
  [ "$(gw a wg show "$(device a)" public-key)" = "$(public a)" ] || fail 'not the new key'
}

listen_port() {
  driven_pair "$1"
  must gw a wg set "$(device a)" listen-port 40404
  must ping_through a b 4 # from the new port, to which b's answers go
  [ "$(wg_field b a 3)" = "$(outer4 0 1):40404" ] || fail "b thinks that a is at $(wg_field b a 3)"
  must ping_through b a 6
  port_is_free a $PORT || fail 'the old port is still taken'
  must gw a wg set "$(device a)" listen-port 0
  must ping_through a b 4
  [ "$(gw a wg show "$(device a)" listen-port)" != 0 ] || fail 'no port'
}

port_is_free() { ! gw "$1" ss -Hanu "sport = $2" | grep -q .; } # NAME PORT

# What is sent with mark 42 does not leave the machine.
fwmark() {
  driven_pair "$1"
  must gw a ip rule add fwmark 42 prohibit
  must gw a wg set "$(device a)" fwmark 42
  must_not ping_through a b 4 -c 1 -w 2
  must gw a wg set "$(device a)" fwmark 43
  heard_again a b
  must gw a wg set "$(device a)" fwmark off
  must ping_through a b 4
}

added_preshared_key() {
  local psk
  psk=$(wg genpsk)
  driven_pair "$1"
  set_psk a b "$psk"
  set_psk b a "$psk"
  must ping_through a b 4
  # It is not only shown: whoever has no session gets one with this key alone.
  forget_a
  must_not ping_through b a 4 -c 1 -w 2
  set_psk b a "$psk"
  heard_again b a
  heard_again a b
}

# forget_a: b knows a anew, without a preshared key or a session.
forget_a() {
  wg_set b a remove
  wg_set b a endpoint "$(outer4 0 1):$PORT" allowed-ips 10.99.0.1/32,fd99::1/128
}

# ---- the link ----

link_down_and_up() {
  driven_pair "$1"
  must gw a ip link set "$(device a)" down
  ! is_ours || wait_for 10 port_is_free a $PORT || fail 'the port is taken though the link is down'
  must gw a ip link set "$(device a)" up
  heard_again a b
  heard_again b a
  [ "$(gw a wg show "$(device a)" listen-port)" = $PORT ] || fail "port $(gw a wg show "$(device a)" listen-port)"
}

big_mtu() {
  local name
  driven_pair "$1"
  for name in a b; do
    must in_ns $name ip link set wan mtu 65000
    must gw $name ip link set "$(device $name)" mtu $BIG_MTU
  done
  # It is noticed within a second or so: until then what is too big is lost.
  wait_for 15 ping_through a b 4 -c 1 -w 1 -M 'do' -s $((BIG_MTU - 28)) || fail "no ping of $BIG_MTU bytes"
  must ping_through a b 4 -M 'do' -s $((BIG_MTU - 28))
  must ping_through b a 6 -M 'do' -s $((BIG_MTU - 48))
  [ "$(iperf a b)" -gt 0 ] || fail 'no TCP from a'
  [ "$(iperf a b -R)" -gt 0 ] || fail 'no TCP to a'
  for name in a b; do
    must gw $name ip link set "$(device $name)" mtu $MTU
    must in_ns $name ip link set wan mtu 1500
  done
  wait_for 15 ping_through a b 4 -c 1 -w 1 -M 'do' -s $((MTU - 28)) || fail 'no ping of the old size'
  must ping_through a b 4 -s 4000
}

other_namespace() {
  local device
  driven_pair "$1"
  device=$(device a)
  must in_ns a ip link set "$device" netns "$ID-inside"
  must in_ns inside ip addr add 10.99.0.1/24 dev "$device"
  must in_ns inside ip link set "$device" up
  GATEWAY[a.namespace]=inside
  wait_for 30 ping_through a b 4 -c 1 -w 2 || fail 'no packet from the other namespace'
  must ping_through a b 4
  must ping_through b a 4
  must gw a wg show "$device"
  # It is still seen there: the link, and the end.
  must in_ns inside ip link set "$device" down
  sleep 1.5
  must in_ns inside ip link set "$device" up
  heard_again a b
  must in_ns inside ip link del "$device"
  wait_for 10 gone a || fail 'still there without its device'
}

# ---- peers and prefixes ----

remove_and_add() {
  local i
  for i in 1 2 3; do
    wg_set a b remove
    sleep 0.2
    wg_set a b endpoint "$(outer4 0 2):$PORT" allowed-ips 10.99.0.2/32,fd99::2/128
    heard_again a b
  done
}

peers_come_back() {
  driven_pair "$1"
  remove_and_add
  must ping_through b a 6
  must gw a wg set "$(device a)" peer "$(public b)" remove
  must_not ping_through a b 4 -c 1 -w 1
  [ "$(settings_of a | wc -l)" = 1 ] || fail 'there are still peers'
}

# a to b and c, all with sessions; the prefix of SHARED is b's.
three() { # KIND
  local name
  gateway a "$DRIVEN" a 10.99.0.1/24
  gateway b "$1" b 10.99.0.2/24
  gateway c "$1" c 10.99.0.3/24
  peer a b endpoint="$(outer4 0 2):$PORT" allowed=10.99.0.2/32,$SHARED/32
  peer a c endpoint="$(outer4 1 2):$PORT"
  for name in b c; do
    peer $name a
    gateway_up $name
    must gw $name ip addr add $SHARED/32 dev "$(device $name)"
  done
  gateway_up a
  must ping_through a b 4
  must ping_through a c 4
}

readonly LISTENER='
  my $socket = IO::Socket::INET->new(LocalPort => 5400, Proto => "udp") or die "$!\n";
  $socket->sockopt(SO_RCVBUF, 1 << 22);
  $| = 1;
  print "listening\n";
  while (defined $socket->recv(my $text, 64)) { print "$text\n" }'

readonly SENDER='
  my $socket = IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => 5400, Proto => "udp") or die "$!\n";
  for my $i (1 .. $ARGV[1]) { $socket->send("n$i") or print STDERR "$i: $!\n"; select undef, undef, undef, 0.002 }'

move_prefix() {
  local i
  for i in 1 2 3 4 5 6 7 8 9 10; do
    wg_set a c allowed-ips 10.99.0.3/32,$SHARED/32
    sleep 0.1
    wg_set a b allowed-ips 10.99.0.2/32,$SHARED/32
    sleep 0.1
  done
}

# One way only: what the old owner answers may come after the move, and is not its to say any more.
prefixes_move() {
  local name count=2000 lost
  three "$1"
  for name in b c; do
    start heard-$name.txt $name perl -MIO::Socket::INET -MSocket -e "$LISTENER"
    wait_for 10 grep -q listening "$LOGS/heard-$name.txt" || fail 'no listener'
  done
  gw a timeout 60 perl -MIO::Socket::INET -e "$SENDER" $SHARED $count >"$LOGS/sender" 2>&1 &
  move_prefix
  wait $!
  sleep 1
  [ -s "$LOGS/heard-b.txt" ] && [ "$(grep -c '^n' "$LOGS/heard-c.txt")" -gt 10 ] || fail 'the prefix did not move'
  lost=$((count - $(cat "$LOGS/heard-b.txt" "$LOGS/heard-c.txt" | grep '^n' | sort -u | wc -l)))
  [ $lost = 0 ] || fail "$lost of $count packets lost while the prefix moved"
}

must ns_pair a b
must netns_add c
must netns_add inside
must netns_join 1 a wanc c wan
for_each_peer 'sessions stay through syncconf' sessions_stay
for_each_peer 'setconf begins anew' set_conf_anew
for_each_peer 'private key' private_key
for_each_peer 'listen port' listen_port
run_case 'wg: fwmark' fwmark wireguard-go
for_each_peer 'a preshared key is added' added_preshared_key
for_each_peer 'link down and up' link_down_and_up
for_each_peer "MTU $BIG_MTU and back" big_mtu
for_each_peer 'the device moves to another namespace' other_namespace
for_each_peer 'a peer is removed and added' peers_come_back
for_each_peer 'a prefix moves between peers without a lost packet' prefixes_move
finish
