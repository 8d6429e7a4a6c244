#!/bin/bash
# wg-quick brings Taltun up and down as its userspace implementation. `70-wg-quick.sh PATTERN` runs the cases that match.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

quick() { # up|down
  gw a env WG_QUICK_USERSPACE_IMPLEMENTATION="${TALTUN_KIND:-$ROOT/scripts/taltun-wg}" \
    timeout 30 wg-quick "$1" "$LOGS/$(device a).conf" >>"$LOGS/wg-quick.log" 2>&1
}

quick_conf() {
  wg_conf a | sed "/^PrivateKey/a Address = ${GATEWAY[a.addresses]// /, }\nMTU = $MTU"
}

up_and_down() {
  in_ns a ip link add probe type wireguard 2>/dev/null && { in_ns a ip link del probe; skip 'wg-quick takes the kernel here'; }
  [ -n "${TALTUN_KIND:-}" ] || "${TALTUN[@]}" --help 2>&1 | grep -qE '^ +wg\b' || skip 'this Taltun has no wg command'
  gateway a ours a 10.99.0.1/24 fd99::1/64
  gateway b wireguard-go b 10.99.0.2/24 fd99::2/64
  peer a b endpoint="$(outer4 0 2):$PORT"
  peer b a
  gateway_up b
  (umask 077 && quick_conf >"$LOGS/$(device a).conf")
  echo "device $ID-a $(device a)" >>"$MADE"
  must quick up
  must ping_through a b 4
  must ping_through a b 6
  must quick down
  wait_for 5 test ! -e "/run/wireguard/$(device a).sock" || fail 'the socket is still there'
}

must ns_pair a b
run_case 'wg-quick: up and down' up_and_down
finish
