#!/bin/bash
# A third machine throws junk of every length and type at Taltun's port, one by one or in bursts that the kernel joins;
# the tunnel goes on, the junk is counted and nothing throws. `50-junk.sh PATTERN` runs the cases whose name matches.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

readonly FLOOD=$ROOT/scripts/netns/burst-flood.pl

flooded() { # 4|6
  two_up
  goes_on_under "$JDK/bin/java" "$ROOT/scripts/netns/JunkFlood.java" "$(target "$1")" $PORT 8
  [ "$(status '[.drops[]] | add // 0')" -ge 1000 ] || fail "drops: $(status .drops)"
}

# As an attacker on the path would, the bursts name a session that lives.
flooded_with_bursts() { # 4|6
  local reason index sent
  two_up
  start index b perl "$FLOOD" index $PORT
  wait_for 5 index_seen || fail "no transport message: $(cat "$LOGS/index")"
  index=$(cat "$LOGS/index")
  goes_on_under perl "$FLOOD" send "$(target "$1")" $PORT 8 "$index" $RANDOM
  for reason in not_authentic unknown_index too_short unknown_type bad_length; do
    [ "$(status ".drops.$reason // 0")" -ge 100 ] || fail "$reason: drops are $(status .drops)"
  done
  # None is forgotten, unless the kernel threw some away before.
  sent=$(sed -n 's/^sent \([0-9]*\),.*/\1/p' "$LOGS/flood")
  [ "$(status ".drops | .receive_buffer_full > 0 or add >= $sent")" = true ] || fail "of $sent: $(status .drops)"
  [ "$(status '.counters | .udp_received_datagrams > 2 * .udp_received_messages')" = true ] ||
    fail "the kernel joined nothing: $(status .counters)"
}

index_seen() { ping_through a b 4 -c 1 && [ -s "$LOGS/index" ]; }

target() { # 4|6
  case $1 in 4) outer4 1 2 ;; 6) outer6 1 2 ;; esac
}

two_up() {
  gateway a ours a 10.99.0.1/24
  gateway b ours b 10.99.0.2/24
  peer a b endpoint="$(outer4 0 2):$PORT"
  peer b a
  gateway_up b
  gateway_up a
  must ping_through a b 4
}

# goes_on_under COMMAND...: a flood that says when it begins and what it sent. b's state goes to $LOGS/status.json.
goes_on_under() {
  local flood since bytes
  start flood junk "$@"
  flood=$STARTED
  since=$(process_start_time "$flood")
  wait_for 10 grep -q flooding "$LOGS/flood" || fail "the flood did not start: $(tail -n 1 "$LOGS/flood")"
  bytes=$(iperf a b)
  [ "$bytes" -gt 0 ] || fail 'no TCP during the flood'
  wait_for 20 process_gone "$flood" "$since"
  grep -q sent "$LOGS/flood" || fail "the flood did not end by itself: $(tail -n 1 "$LOGS/flood")"
  must ping_through a b 4
  must ping_through b a 4
  taltun_ctl b status "$(device b)" --json >"$LOGS/status.json" || fail 'no status'
  [ "$(status '.counters.worker_faults')" = 0 ] || fail 'a fault in a worker'
  ! grep -nE 'Exception|Error:|^[[:space:]]+at ' "$LOGS/$(device b).log" || fail 'something was thrown'
}

status() { jq -c "$1" "$LOGS/status.json"; } # FILTER

must ns_pair a b
must netns_add junk
must netns_join 1 junk wan b wan1
taltun_case 'junk: over IPv4' flooded 4
taltun_case 'junk: over IPv6' flooded 6
taltun_case 'junk: bursts over IPv4' flooded_with_bursts 4
taltun_case 'junk: bursts over IPv6' flooded_with_bursts 6
finish
