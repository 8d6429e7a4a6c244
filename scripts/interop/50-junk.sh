#!/bin/bash
# A third machine throws junk of every length and type at Taltun's port; the tunnel goes on, the junk is counted and
# nothing throws. `50-junk.sh PATTERN` runs the cases whose name matches.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

flooded() { # 4|6
  local target bytes drops
  case $1 in 4) target=$(outer4 1 2) ;; 6) target=$(outer6 1 2) ;; esac
  gateway a ours a 10.99.0.1/24
  gateway b ours b 10.99.0.2/24
  peer a b endpoint="$(outer4 0 2):$PORT"
  peer b a
  gateway_up b
  gateway_up a
  must ping_through a b 4
  start flood junk "$JDK/bin/java" "$ROOT/scripts/netns/JunkFlood.java" "$target" $PORT 8
  local flood=$STARTED since
  since=$(process_start_time "$flood")
  wait_for 10 grep -q flooding "$LOGS/flood" || fail 'the flood did not start'
  bytes=$(iperf a b)
  [ "$bytes" -gt 0 ] || fail 'no TCP during the flood'
  wait_for 20 process_gone "$flood" "$since"
  grep -q sent "$LOGS/flood" || fail 'the flood did not end by itself'
  must ping_through a b 4
  must ping_through b a 4
  taltun_ctl b status "$(device b)" --json >"$LOGS/status.json" || fail 'no status'
  drops=$(jq '[.. | objects | .drops? // empty | .[]] | add // 0' "$LOGS/status.json")
  [ "${drops:-0}" -ge 1000 ] || fail "only ${drops:-no} drops counted"
  ! grep -nE 'Exception|Error:|^[[:space:]]+at ' "$LOGS/$(device b).log" || fail 'something was thrown'
}

must ns_pair a b
must netns_add junk
must netns_join 1 junk wan b wan1
taltun_case 'junk: over IPv4' flooded 4
taltun_case 'junk: over IPv6' flooded 6
finish
