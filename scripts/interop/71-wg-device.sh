#!/bin/bash
# wg and ip change a device that Taltun runs while packets go through it: key, port, mark, link, MTU, namespace.
# `71-wg-device.sh PATTERN` runs the cases whose name matches.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh
. ./wg-driven.sh

readonly BIG_MTU=34816

# ---- the device's own settings ----

private_key() {
  local old
  driven_pair "$1"
  old=$(public a)
  GATEWAY[a.key]=$(wg genkey)
  GATEWAY[a.public]=$(wg pubkey <<<"${GATEWAY[a.key]}")
  must gw b wg set "$(device b)" peer "$old" remove
  wg_set b a allowed-ips 10.99.0.1/32,fd99::1/128 endpoint "$(outer4 0 1):$PORT"
  must gw a wg set "$(device a)" private-key "$(key_file new "${GATEWAY[a.key]}")"
  heard_again a b
  heard_again b a
  [ "$(gw a wg show "$(device a)" public-key)" = "$(public a)" ] || fail 'not the new key'
}

listen_port() {
  driven_pair "$1"
  must gw a wg set "$(device a)" listen-port 40404
  heard_again a b # from the new port, to which b's answers go
  must ping_through a b 4
  [ "$(wg_field b a 3)" = "$(outer4 0 1):40404" ] || fail "b thinks that a is at $(wg_field b a 3)"
  must ping_through b a 6
  port_is_free a $PORT || fail 'the old port is still taken'
  must gw a wg set "$(device a)" listen-port 0
  heard_again a b
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
  [ "$(iperf a b)" -gt 0 ] || fail 'no TCP'
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

must ns_pair a b
must netns_add inside
for_each_peer 'private key' private_key
for_each_peer 'listen port' listen_port
run_case 'wg: fwmark' fwmark wireguard-go
run_case 'wg: link down and up' link_down_and_up wireguard-go
for_each_peer "MTU $BIG_MTU and back" big_mtu
run_case 'wg: the device moves to another namespace' other_namespace wireguard-go
finish
