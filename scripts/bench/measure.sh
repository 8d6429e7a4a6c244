# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # GATEWAY and POLL are read by gateways.sh and lib.sh
# Takes the samples. Source it after gateways.sh; TIME is the seconds of a load, SAMPLES the file that gets
# `SERIES METRIC VALUE`. A series is a kind, or Taltun with some setting of its own.

readonly LOST_MS=1000 # what a ping without an answer counts

sample() { # SERIES METRIC VALUE
  case $3 in '' | null | *[!0-9.eE+-]*) fail "$1 $2: no result" ;; esac
  echo "$1 $2 $3" >>"$SAMPLES"
}

# measure SERIES KIND YAML STEP...: new daemons, the steps in turn, and everything away again.
measure() {
  local series=$1 made step
  made=$(wc -l <"$MADE")
  gateway a "$2" a 10.99.0.1/24
  gateway b "$2" b 10.99.0.2/24
  GATEWAY[a.yaml]=$3 GATEWAY[b.yaml]=$3
  peer a b endpoint="$(outer4 0 2):$PORT"
  peer b a
  shift 3
  for step; do "step_$step" "$series"; done
  rm -f "$LOGS"/*.json "$LOGS"/rtt "$LOGS"/first-answer
  clean_to "$made"
}

# ---- the daemons' own figures ----

# cpu_us: user and system time of both daemons so far.
cpu_us() {
  local name stat ticks=0
  for name in a b; do
    read -r stat <"/proc/$(pid $name)/stat"
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    ticks=$((ticks + ${12} + ${13}))
  done
  echo $((ticks * 1000000 / $(getconf CLK_TCK)))
}

# rss_mib: resident memory of a daemon, the mean of both. All of the process: a JVM's heap, code and libraries.
rss_mib() {
  awk '$1 == "VmRSS:" { kib += $2; n++ } END { if (n == 2) print kib / n / 1024 }' \
    "/proc/$(pid a)/status" "/proc/$(pid b)/status"
}

# ---- loads and pings ----

# load_begin SECONDS OPTIONS...: iperf3 from a to b, in the background. The receiver's report goes to $LOGS/server.json.
load_begin() {
  local seconds=$1
  shift
  rm -f "$LOGS/server.json" "$LOGS/client.log"
  start server.json b iperf3 -s -1 -J -p 5201
  SERVER=$STARTED
  wait_for 5 in_ns b sh -c 'ss -Hltn | grep -q :5201' || fail 'iperf3 does not listen'
  CPU_US=$(cpu_us)
  start client.log a timeout $((seconds + 30)) iperf3 -c "$(inner4 b)" -p 5201 -t "$seconds" "$@"
  CLIENT=$STARTED
}

# load_end: sets CPU_US to what both daemons took for the load.
load_end() {
  wait "$CLIENT" || fail "iperf3: $(tail -n 1 "$LOGS/client.log")"
  CPU_US=$(($(cpu_us) - CPU_US))
  wait "$SERVER" || fail "the receiving iperf3: $(tail -n 1 "$LOGS/server.json")"
}

# received FILTER: jq over the receiver's intervals.
received() { jq "[.intervals[].sum] | $1" "$LOGS/server.json"; }

mbits() { received '(map(.bytes) | add) * 8 / (map(.seconds) | add) / 1e6'; }

# pings COUNT: one every 10 ms; the times go, sorted, to $LOGS/rtt, with a line for each that was lost.
pings() {
  local count=$1
  rm -f "$LOGS/ping.log"
  start ping.log a ping -n -i 0.01 -W 1 -c "$count" "$(inner4 b)"
  wait "$STARTED"
  sed -n 's/.* time=\([0-9.]*\) ms.*/\1/p' "$LOGS/ping.log" |
    awk -v count="$count" -v lost=$LOST_MS '{ print } END { while (NR + n++ < count) print lost }' |
    sort -g >"$LOGS/rtt"
}

quantile() { # FRACTION: of $LOGS/rtt
  awk -v fraction="$1" '{ v[NR] = $1 } END { i = int(NR * fraction); if (i < 1) i = 1; print v[i] }' "$LOGS/rtt"
}

# ---- steps ----

# b runs; a starts, gets its configuration and is pinged all the while.
step_up() {
  local began watcher
  # Taltun configures itself: looking whether it is ready only takes CPU from it.
  POLL=0.01
  is_taltun a && POLL=0.05
  gateway_up b
  start first-answer a timeout 60 bash "$ROOT/scripts/bench/first-answer.sh" "$(device a)" "$(inner4 b)"
  watcher=$STARTED
  sleep 0.3
  began=$EPOCHREALTIME
  gateway_up a
  wait "$watcher" || fail "$1: no ping was answered within a minute"
  UP_TO_PING=$(awk -v began="${began/,/.}" '{ printf "%.1f", ($1 - began) * 1000 }' "$LOGS/first-answer")
}

step_up_to_ping() { sample "$1" up-to-ping "$UP_TO_PING"; }

# The first load after the start, which warms up for the others.
step_first_second() {
  local seconds=$((TIME < 2 ? 3 : TIME + 1))
  load_begin $seconds
  load_end
  sample "$1" first-second "$(received 'map(select(.seconds > 0.5) | .bits_per_second)
    | .[0] / (.[1:] | sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2)')"
  sleep 1
}

step_warm_up() {
  load_begin 3
  load_end
  sleep 1
}

step_rtt() {
  pings $((TIME * 100))
  sample "$1" rtt "$(quantile 0.5)"
  sample "$1" rtt-p99 "$(quantile 0.99)"
}

step_tcp1() {
  load_begin "$TIME"
  load_end
  sample "$1" tcp1 "$(mbits)"
  sample "$1" cpu-byte "$(received "$CPU_US * 1e3 / (map(.bytes) | add)")"
}

step_tcp4() {
  local rss
  load_begin "$TIME" -P 4
  sleep $((TIME - 1)).7
  rss=$(rss_mib)
  load_end
  sample "$1" tcp4 "$(mbits)"
  sample "$1" rss "$rss"
}

step_rtt_tcp() {
  load_begin "$TIME"
  sleep 0.3
  pings $((TIME * 100 - 50))
  load_end
  sample "$1" rtt-tcp "$(quantile 0.5)"
}

step_udp64() { udp "$1" 64; }
step_udp1380() { udp "$1" 1380; }

udp() { # SERIES PAYLOAD
  load_begin "$TIME" -u -b 0 -l "$2"
  load_end
  sample "$1" "udp$2" "$(received "(map(.bytes) | add) / $2 / (map(.seconds) | add) / 1e3")"
}
