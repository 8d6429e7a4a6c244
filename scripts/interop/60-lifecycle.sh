#!/bin/bash
# Taltun ends within a second and leaves the machine as it found it. `60-lifecycle.sh PATTERN` runs the cases that match.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

readonly FAR=203.0.113.1 # on b's loopback: only a default route through the tunnel leads there

# traces: whatever a gateway may leave behind.
traces() {
  gw a sh -c 'ip -o link; ip -o addr; ip -4 route show table all; ip -6 route show table all; ip -4 rule; ip -6 rule
    ss -Hanu; command -v nft >/dev/null && nft list ruleset'
  ls /run/wireguard /run/taltun 2>/dev/null | grep -F "$(device a)"
}

settled() { ! gw a ip addr show tentative | grep -q inet6; }

# up_with ALLOWED: a full pair whose `a` sends ALLOWED to b; what the machine looked like before is in $LOGS/before.
up_with() {
  gateway a ours a 10.99.0.1/24 fd99::1/64
  gateway b wireguard-go b 10.99.0.2/24 fd99::2/64
  peer a b endpoint="$(outer4 0 2):$PORT" allowed="$1"
  peer b a
  wait_for 5 settled
  traces >"$LOGS/before"
  gateway_up b
  gateway_up a
  must ping_through a b 4
  must ping_through a b 6
}

nothing_left() {
  traces >"$LOGS/after"
  diff "$LOGS/before" "$LOGS/after" >"$LOGS/left" || fail "left behind: $(grep '^[<>]' "$LOGS/left" | head -n 3 | tr '\n' ' ')"
}

# ends_after COMMAND...: the gateway is gone a second after the command, with exit status 0.
ends_after() {
  local pid since began=${EPOCHREALTIME/[.,]/} took
  pid=$(pid a)
  since=$(process_start_time "$pid")
  "$@" || fail "$* failed"
  until process_gone "$pid" "$since"; do
    took=$((${EPOCHREALTIME/[.,]/} - began))
    [ $took -lt 10000000 ] || fail 'still running after ten seconds'
    sleep 0.01
  done
  took=$((${EPOCHREALTIME/[.,]/} - began))
  wait "$pid" || fail "exit status $?"
  [ $took -le 1000000 ] || fail "took $((took / 1000)) ms"
}

ended_by() { # SIGNAL ALLOWED
  up_with "$2"
  case $2 in 0.0.0.0/0*) must gw a ping -c 1 -W 2 $FAR ;; esac
  ends_after kill "-$1" "$(pid a)"
  nothing_left
}

ended_by_down() {
  local since
  up_with 10.99.0.2/32,fd99::2/128
  since=$(process_start_time "$(pid a)")
  # The command is a JVM of its own: its start counts towards no second of the gateway's.
  must taltun_ctl a down "$(device a)"
  wait_for 1 process_gone "$(pid a)" "$since" || fail 'still running'
  nothing_left
}

cleaned_by_next_start() {
  up_with 0.0.0.0/0,::/0
  kill -KILL "$(pid a)"
  wait "$(pid a)" 2>/dev/null
  gateway_up a
  must ping_through a b 4
  ends_after kill -TERM "$(pid a)"
  nothing_left
}

device_deleted() {
  local since status
  up_with 10.99.0.2/32,fd99::2/128
  since=$(process_start_time "$(pid a)")
  must gw a ip link del "$(device a)"
  wait_for 2 process_gone "$(pid a)" "$since" || fail 'still running without its device'
  wait "$(pid a)"
  status=$?
  [ $status = 1 ] || fail "exit status $status"
  grep -q 'the device was deleted' "$LOGS/$(device a).log" || fail 'no word of the deleted device'
  nothing_left
}

second_start() {
  local status lines
  up_with 10.99.0.2/32,fd99::2/128
  taltun_ctl a up -c "$LOGS/$(device a).yaml" >"$LOGS/second" 2>&1
  status=$?
  [ $status = 1 ] || fail "exit status $status"
  lines=$(wc -l <"$LOGS/second")
  [ "$lines" = 1 ] || fail "$lines lines instead of one"
  must ping_through a b 4
}

must ns_pair a b
must in_ns b ip addr add $FAR/32 dev lo
taltun_case 'lifecycle: SIGTERM' ended_by TERM 10.99.0.2/32,fd99::2/128
taltun_case 'lifecycle: SIGINT' ended_by INT 10.99.0.2/32,fd99::2/128
taltun_case 'lifecycle: SIGTERM with a default route through the tunnel' ended_by TERM 0.0.0.0/0,::/0
taltun_case 'lifecycle: taltun down' ended_by_down
taltun_case 'lifecycle: kill -9, then the next start cleans' cleaned_by_next_start
taltun_case 'lifecycle: the device is deleted' device_deleted
taltun_case 'lifecycle: a second start of one name' second_start
finish
