#!/bin/bash
# Five pings a second go on through the rekeying after 120 s, and none is lost. All pairs run at the same time, so it
# takes two and a half minutes; scripts/test lets it run beside the other cases.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./kernel-peer.sh
. ./gateways.sh

readonly PINGS=680 # 136 s: REKEY_AFTER_TIME is 120 s

# pair FROM TO KIND_FROM KIND_TO: FROM initiates and pings.
pair() {
  gateway "$1" "$3" "$1" 10.99.0.1/24
  gateway "$2" "$4" "$2" 10.99.0.2/24
  peer "$1" "$2" endpoint="$(outer4 0 2):$PORT"
  peer "$2" "$1"
  # In a subshell: one pair that does not come up fails its own case only.
  (gateway_up "$2" && gateway_up "$1" && must ping_through "$1" "$2" 4) || return 0
  FIRST[$1]=$(wg_field "$1" "$2" 5)
  start "ping-$1" "$1" ping -n -q -i 0.2 -c $PINGS -W 5 "$(inner4 "$2")"
  PINGING[$1]="$STARTED $(process_start_time $STARTED)"
}

rekeyed() { # FROM TO
  cp "$RUN/$ID$1.log" "$RUN/$ID$2.log" "$RUN/ping-$1" "$LOGS" 2>/dev/null
  [ -n "${PINGING[$1]:-}" ] || fail "$(cat "$RUN/reason" 2>/dev/null || echo 'the tunnel did not come up')"
  wait_for 170 process_gone ${PINGING[$1]} || fail 'the pings did not end'
  grep -q ' 0% packet loss' "$LOGS/ping-$1" "$RUN/ping-$1" || fail "$(grep 'packet loss' "$RUN/ping-$1")"
  [ "$(wg_field "$1" "$2" 5)" -ge $((FIRST[$1] + 115)) ] || fail "no rekey: handshakes at ${FIRST[$1]} and $(wg_field "$1" "$2" 5)"
}

declare -A FIRST PINGING
must ns_pair c d
must ns_pair e f
must ns_pair g h
pair c d ours wireguard-go
pair e f wireguard-go ours
pair g h ours ours
if reason=$(guest_available); then
  must guest_image
  must netns_add i
  guest_boot i
  pair i k ours kernel
fi
run_case 'rekey: Taltun to wireguard-go' rekeyed c d
run_case 'rekey: wireguard-go to Taltun' rekeyed e f
run_case 'rekey: Taltun to Taltun' rekeyed g h
if [ -z "$reason" ]; then run_case 'rekey: Taltun to the kernel' rekeyed i k; else skip_case 'rekey: Taltun to the kernel' "$reason"; fi
finish
