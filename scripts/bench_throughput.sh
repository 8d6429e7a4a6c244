#!/bin/bash
# Throughput, latency and CPU of a pair of Taltuns and of a pair of wireguard-gos, taking turns in one run, on two
# namespaces joined by a veth. Prints medians, their ratio and the spread; root only, and nothing else should run.
#
#   scripts/bench_throughput.sh [--runs N] [--seconds S] [--json FILE]      (3 runs of 5 seconds)
#
#   tcp1, tcp4     Mbit/s of TCP payload in one stream, in four
#   udp64, udp1380 thousands of datagrams a second that arrive, 64 and 1380 bytes of UDP payload, sent as fast as it goes
#   rtt, rtt-p99   ms, a ping every 10 ms on an idle tunnel
#   cpu-tcp        CPU us of both daemons for each full-size packet of tcp1. Full-size packets are counted by their bytes:
#                  interface counters count a segmentation offload's 64 KiB as one
#   cpu-udp64      CPU us of both daemons for each datagram that arrives in udp64
# WIREGUARD_GO=PATH measures against another wireguard-go than the installed one (Debian's has no offloads).
# Every run has daemons of its own and a warm-up of three seconds: throughput differs between starts of a JVM.
set -u
RUNS=3 TIME=5 JSON=
usage() {
  sed -n '5s/^# *//p' "$0" >&2
  exit 2
}
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --runs) RUNS=$2 ;;
    --seconds) TIME=$2 ;;
    --json) JSON=$2 ;;
    *) usage ;;
  esac
  shift 2
done
case $RUNS:$TIME in *[!0-9:]* | :* | *: | 0:* | *:0) usage ;; esac

[ "$(id -u)" = 0 ] || { echo "the benchmark makes network namespaces: run it as root" >&2; exit 1; }
. "$(dirname "$0")/netns/lib.sh"
. "$ROOT/scripts/lib/packages.sh"
need 'the benchmark' wireguard-go wireguard-tools iperf3 iproute2 iputils-ping jq || exit 1
. "$ROOT/scripts/netns/gateways.sh"

readonly METRICS='tcp1 tcp4 udp64 udp1380 rtt rtt-p99 cpu-tcp cpu-udp64'
readonly TCP_PAYLOAD=$((MTU - 52)) # IPv4 and TCP headers with timestamps
SAMPLES=$RUN/samples # KIND METRIC VALUE

sample() { # KIND METRIC VALUE
  case $3 in '' | null) fail "$1 $2: no result" ;; esac
  echo "$1 $2 $3" >>"$SAMPLES"
}

# cpu_us: user and system time of both daemons so far.
cpu_us() {
  local name stat ticks=0
  for name in a b; do
    read -r stat <"/proc/$(pid $name)/stat"
    set -- ${stat##*) }
    ticks=$((ticks + ${12} + ${13}))
  done
  echo $((ticks * 1000000 / $(getconf CLK_TCK)))
}

# load OPTIONS...: one iperf3 run from a to b; sets REPORT (its JSON) and CPU_US.
load() {
  local before
  start iperf-server.log b iperf3 -s -1 -p 5201
  wait_for 5 in_ns b sh -c 'ss -Hltn | grep -q :5201' || fail 'iperf3 does not listen'
  before=$(cpu_us)
  REPORT=$LOGS/report.json
  in_ns a timeout $((TIME + 30)) iperf3 -c "$(inner4 b)" -p 5201 -J "$@" >"$REPORT" 2>>"$LOGS/iperf.log" || fail "iperf3 $*: $(jq -r .error "$REPORT")"
  CPU_US=$(($(cpu_us) - before))
  wait "$STARTED"
}

tcp() { # KIND STREAMS
  load -t "$TIME" -P "$2"
  sample "$1" "tcp$2" "$(jq '.end.sum_received.bits_per_second / 1e6' "$REPORT")"
  [ "$2" = 1 ] || return 0
  sample "$1" cpu-tcp "$(jq --argjson cpu "$CPU_US" --argjson size $TCP_PAYLOAD '$cpu / (.end.sum_received.bytes / $size)' "$REPORT")"
}

udp() { # KIND PAYLOAD
  load -t "$TIME" -u -b 0 -l "$2"
  sample "$1" "udp$2" "$(jq '(.end.sum.packets - .end.sum.lost_packets) / .end.sum.seconds / 1e3' "$REPORT")"
  [ "$2" = 64 ] || return 0
  sample "$1" cpu-udp64 "$(jq --argjson cpu "$CPU_US" '$cpu / (.end.sum.packets - .end.sum.lost_packets)' "$REPORT")"
}

rtt() { # KIND
  in_ns a ping -n -i 0.01 -c $((TIME * 100)) "$(inner4 b)" | sed -n 's/.* time=\([0-9.]*\) ms/\1/p' | sort -n >"$LOGS/rtt"
  sample "$1" rtt "$(awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }' "$LOGS/rtt")"
  sample "$1" rtt-p99 "$(awk '{ v[NR] = $1 } END { print v[int(NR * 0.99)] }' "$LOGS/rtt")"
}

measure() { # LABEL KIND
  local made
  made=$(wc -l <"$MADE")
  gateway a "$2" a 10.99.0.1/24
  gateway b "$2" b 10.99.0.2/24
  peer a b endpoint="$(outer4 0 2):$PORT"
  peer b a
  gateway_up b
  gateway_up a
  must ping_through a b 4
  load -t 3
  sleep 1
  rtt "$1"
  tcp "$1" 1
  tcp "$1" 4
  udp "$1" 64
  udp "$1" 1380
  clean_to "$made"
}

# statistics: one line of each metric: metric, then median, min and max of Taltun and of wireguard-go.
statistics() {
  local metric kind
  for metric in $METRICS; do
    printf '%s' "$metric"
    for kind in taltun wireguard-go; do
      awk -v kind=$kind -v metric="$metric" '$1 == kind && $2 == metric { print $3 }' "$SAMPLES" | sort -g | awk '
        { v[NR] = $1 } END { printf " %s %s %s", (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2, v[1], v[NR] }'
    done
    echo
  done
}

table() {
  printf '%-10s %-30s %-30s %s\n' '' 'Taltun median (min-max)' 'wireguard-go median (min-max)' 'ratio of medians'
  statistics | awk '
    function shown(v) { return v >= 100 ? sprintf("%.0f", v) : v >= 10 ? sprintf("%.1f", v) : sprintf("%.3f", v) }
    { printf "%-10s %-30s %-30s %.2f\n", $1, shown($2) " (" shown($3) "-" shown($4) ")",
        shown($5) " (" shown($6) "-" shown($7) ")", $5 ? $2 / $5 : 0 }'
}

json() {
  jq -Rn --arg commit "$(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null)" --arg kernel "$(uname -r)" \
    --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" --argjson cpus "$(nproc)" \
    --arg java "$([ -z "${JDK:-}" ] || "$JDK/bin/java" --version | head -n 1)" --argjson runs "$RUNS" --argjson seconds "$TIME" '
    def median: sort | .[(length - 1) / 2 | floor] as $low | .[length / 2 | floor] as $high | ($low + $high) / 2;
    [inputs | split(" ") | {kind: .[0], metric: .[1], value: (.[2] | tonumber)}]
    | {commit: $commit, kernel: $kernel, cpu: $cpu, cpus: $cpus, java: $java, runs: $runs, seconds: $seconds,
       metrics: (group_by(.metric) | map({key: .[0].metric, value: (group_by(.kind)
         | map({key: .[0].kind, value: (map(.value) | {median: median, min: min, max: max, samples: .})})
         | from_entries)}) | from_entries)}' <"$SAMPLES"
}

must ns_pair a b
run=1
while [ "$run" -le "$RUNS" ]; do
  # Who goes first changes, in case the machine gets warmer or slower.
  order='taltun wireguard-go'
  [ $((run % 2)) = 1 ] || order='wireguard-go taltun'
  for label in $order; do
    echo "run $run of $RUNS: $label" >&2
    case $label in taltun) measure taltun ours ;; *) measure wireguard-go wireguard-go ;; esac
  done
  run=$((run + 1))
done
table
[ -z "$JSON" ] || json >"$JSON"
exit 0
