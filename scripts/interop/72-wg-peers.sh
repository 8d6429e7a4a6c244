#!/bin/bash
# wg changes the peers of a device that Taltun runs while packets go through it: sessions that stay, preshared keys, peers
# and prefixes that go and come. `72-wg-peers.sh PATTERN` runs the cases whose name matches.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh
. ./wg-driven.sh

readonly SHARED=10.99.9.9 # an address that b and c both have

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

# ---- peers and prefixes ----

added_preshared_key() {
  local psk
  psk=$(wg genpsk)
  driven_pair "$1"
  set_psk a b "$psk"
  set_psk b a "$psk"
  heard_again a b
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

peers_come_back() {
  local i conf=$LOGS/again.conf
  driven_pair "$1"
  for i in 1 2 3; do
    wg_set a b remove
    sleep 0.2
    wg_set a b endpoint "$(outer4 0 2):$PORT" allowed-ips 10.99.0.2/32,fd99::2/128
    heard_again a b
  done
  must ping_through b a 6
  must gw a wg set "$(device a)" peer "$(public b)" remove
  must_not ping_through a b 4 -c 1 -w 1
  [ "$(settings_of a | wc -l)" = 1 ] || fail 'there are still peers'
  # setconf does both in one step.
  (umask 077 && wg_conf a >"$conf")
  for i in 1 2; do
    must gw a wg setconf "$(device a)" "$conf"
    heard_again a b
  done
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
  local name count=1500 lost
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
must netns_join 1 a wanc c wan
for_each_peer 'sessions stay through syncconf' sessions_stay
for_each_peer 'a preshared key is added' added_preshared_key
run_case 'wg: a peer is removed and added' peers_come_back wireguard-go
for_each_peer 'a prefix moves between peers without a lost packet' prefixes_move
finish
