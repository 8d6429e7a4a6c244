# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # GATEWAY, TIME and others are shared with what sources this
# One flood against one gateway, and what becomes of its peers meanwhile. Source it after measure.sh and attack.sh.
#
#   a  the established peer        198.18.0.1 ── wan   b, the gateway
#   x  the attacker                198.18.1.1 ── wan1      and, behind it, all of 100.64.0.0/10
#   n  the new peer                198.18.2.1 ── wan2
#   h  the honest peers            198.18.3.1 ── wan3      and, behind it, 10.200.0.0/16, an address each

readonly BASE_SECONDS=5         # of the throughput without a flood
readonly RECORDED=1000          # messages to be replayed
readonly FORGED=100.64.0.0/10   # what forged packets say they come from
readonly HONEST_FROM=10.200.0.0 # and the addresses after it

flood_network() {
  local link
  must ns_pair a b
  must netns_add x
  must netns_join 1 x wan b wan1
  must netns_add n
  must netns_join 2 n wan b wan2
  must netns_add h
  must netns_join 3 h wan b wan3
  # What is answered to a forged source goes to the attacker, who has no such address and forwards nothing: no ARP for
  # millions of neighbours. A replay with the source of the established peer comes from the attacker's side.
  must in_ns b ip route add $FORGED via "$(outer4 1 1)"
  for link in all wan wan1 wan2 wan3; do must in_ns b sysctl -qw "net.ipv4.conf.$link.rp_filter=0"; done
  sources h $HONEST_FROM/16 "$(outer4 3 1)"
  ATTACKED_MAC=$(in_ns b cat /sys/class/net/wan1/address) || fail 'no address of wan1'
}

# flood_gateways KIND: b is what is attacked; a new peer is there, but without a session.
flood_gateways() {
  local i public rest
  gateway a "$1" a 10.99.0.1/16
  gateway b "$1" b 10.99.0.2/16
  gateway n wireguard-go n 10.99.0.3/16
  peer a b endpoint="$(outer4 0 2):$PORT"
  peer n b endpoint="$(outer4 2 2):$PORT"
  peer b a
  peer b n
  "$RUN/capacity" keys "$HONEST" >"$RUN/honest-keys" || fail 'no keys'
  i=0
  while read -r rest public; do
    i=$((i + 1))
    GATEWAY[h$i.public]=$public GATEWAY[h$i.addresses]=10.99.1.$i/32
    peer b h$i
  done <"$RUN/honest-keys"
  gateway_up b
  gateway_up a
  gateway_up n
  must ping_through a b 4
}

# measure_flood FLOOD SERIES: new gateways, the throughput without the flood, and everything with it.
measure_flood() {
  local flood=$1 series=$2 made base kept rss
  made=$(wc -l <"$MADE")
  flood_gateways "$series"
  step_warm_up
  load_begin $BASE_SECONDS
  load_end
  base=$(mbits)
  record_session
  rss=$(memory_kib VmRSS)
  # VmHWM begins anew (proc(5), clear_refs).
  echo 5 >"/proc/$(pid b)/clear_refs" || fail 'the greatest memory cannot be reset'
  under_flood "$flood"
  kept=$(flood_mbits)
  sample "$series" "$flood-sent" "$(awk -F'[ /]' '$1 == "sent" { print $6 / 1e3 }' "$LOGS/flood.log")"
  sample "$series" "$flood-base" "$base"
  sample "$series" "$flood-tcp" "$kept"
  sample "$series" "$flood-kept" "$(awk -v kept="$kept" -v base="$base" 'BEGIN { print kept / base }')"
  sample "$series" "$flood-lost" "$(grep -c "$LOST_MS\$" "$LOGS/rtt")"
  sample "$series" "$flood-rtt" "$(quantile 0.5)"
  sample "$series" "$flood-newcomer" "$NEWCOMER"
  honest_figures | while read -r metric value; do sample "$series" "$flood-$metric" "$value"; done
  sample "$series" "$flood-grown" "$(awk -v kib=$(($(memory_kib VmHWM) - rss)) 'BEGIN { print kib / 1024 }')"
  sed "s/^/$series: /" "$LOGS/flood.log" "$LOGS/honest.log" >&2
  # What became of it, as far as it can be told.
  is_taltun b && taltun_ctl b status "$(device b)" --json | jq -c .drops >&2
  rm -f "$LOGS"/*.json "$LOGS"/rtt "$LOGS"/*.log
  clean_to "$made"
}

memory_kib() { awk -v field="$1:" '$1 == field { print $2 }' "/proc/$(pid b)/status"; } # VmRSS|VmHWM, of b

# record_session: messages of a's session, while it sends some that are neither joined nor lost.
record_session() {
  local recorder since
  start record.log b "$RUN/flood" record --if wan --port "$PORT" --count $RECORDED "$RUN/recorded"
  recorder=$STARTED
  since=$(process_start_time "$recorder")
  wait_for 5 grep -q recording "$LOGS/record.log" || fail "nothing is recorded: $(tail -n 1 "$LOGS/record.log")"
  in_ns a ping -n -q -i 0.002 -s 1300 -c $RECORDED "$(inner4 b)" >/dev/null
  process_gone "$recorder" "$since" || stop "$recorder"
  [ -s "$RUN/recorded" ] || fail "nothing was recorded: $(tail -n 1 "$LOGS/record.log")"
}

# under_flood FLOOD: the established peer's stream begins a second before the flood, and ends after it. Its report, the
# pings and what the others found go to $LOGS; sets NEWCOMER.
under_flood() {
  local kind=mix rate=$RATE receiving flooding pinging joining honest began
  [ "$1" = mix ] || { kind=initiations; rate=$INIT_RATE; }
  load_begin $((TIME + 3))
  receiving=$(process_start_time "$SERVER")
  sleep 0.7
  # First in turn for the CPUs: a real attacker and real peers have their own.
  start flood.log x nice -n -20 "$RUN/flood" send --if wan --to "$(outer4 1 2)" --mac "$ATTACKED_MAC" --port "$PORT" \
    --key "$(public b)" --kind $kind --rate "$rate" --seconds $((TIME + 1)) --sources $FORGED --replay "$RUN/recorded"
  flooding=$STARTED
  POLL=0.01 wait_for 10 grep -q flooding "$LOGS/flood.log" || fail "no flood: $(tail -n 1 "$LOGS/flood.log")"
  start honest.log h nice -n -10 "$RUN/honest" --key "$(public b)" --to "$(outer4 3 2)" --port "$PORT" \
    --keys "$RUN/honest-keys" --sources $HONEST_FROM --seconds "$TIME"
  honest=$STARTED
  start ping.log a ping -n -i 1 -c "$TIME" -W 2 "$(inner4 b)"
  pinging=$STARTED
  sleep 1
  began=$EPOCHREALTIME
  # It sends one ping after the other until the first is answered.
  start newcomer.log n ping -n -D -i 0.2 -c 1 -w $((TIME - 1)) "$(inner4 b)"
  joining=$STARTED
  wait "$flooding" || fail "the flood: $(tail -n 1 "$LOGS/flood.log")"
  wait "$honest" || fail "the honest peers: $(tail -n 1 "$LOGS/honest.log")"
  wait "$pinging" "$joining"
  wait "$CLIENT"
  # A stream that broke off may leave the receiver waiting.
  wait_for 10 process_gone "$SERVER" "$receiving" || stop "$SERVER"
  NEWCOMER=$(awk -v began="${began/,/.}" -v never="$TIME" '/bytes from/ { sub(/^\[/, ""); joined = $1 - began }
    END { print joined ? joined : never }' "$LOGS/newcomer.log")
  sed -n 's/.* time=\([0-9.]*\) ms.*/\1/p' "$LOGS/ping.log" |
    awk -v count="$TIME" -v lost="$LOST_MS" '{ print } END { while (NR + n++ < count) print lost }' |
    sort -g >"$LOGS/rtt"
}

# flood_mbits: of the seconds in which the flood was there. A stream that broke off counts nothing.
flood_mbits() {
  jq --argjson until $((TIME + 2)) '[.intervals[]?.sum | select(.start > 1.5 and .start < $until - 0.5)]
    | if length == 0 then 0 else (map(.bytes) | add) * 8 / (map(.seconds) | add) / 1e6 end' \
    "$LOGS/server.json" 2>/dev/null || echo 0
}

# honest_figures: METRIC VALUE from the line of bench/flood/honest.c.
honest_figures() {
  awk '$1 == "first" {
    print "first", ($2 > 0 ? ($4 + $6) / $2 : 1)
    print "honest", ($8 > 0 ? $10 / $8 : $2 > 0 ? $4 / $2 : 0)
    print "handshake", $14 }' "$LOGS/honest.log"
}
