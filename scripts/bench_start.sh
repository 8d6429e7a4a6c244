#!/bin/bash
# How fast a gateway starts and how much memory it holds, against the targets; medians of several starts. Root only, and
# nothing else should run.
#
#   scripts/bench_start.sh [--runs N] [--idle SECONDS]      (5 runs, memory after 10 idle seconds)
#
#   up-ms           from the call of scripts/taltun up to the log line that says "is up", one peer
#   ping-ms         from the same moment to the first answered ping through the tunnel, the handshake included
#   cpu-ms          CPU time of the gateway until then
#   rss-MiB         resident memory of the idle gateway
#   up-10000-ms, rss-10000-MiB   likewise with 10,000 peers, none of which has an endpoint
set -u
RUNS=5 IDLE=10
usage() {
  sed -n '5s/^# *//p' "$0" >&2
  exit 2
}
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --runs) RUNS=$2 ;;
    --idle) IDLE=$2 ;;
    *) usage ;;
  esac
  shift 2
done
case $RUNS:$IDLE in *[!0-9:]* | :* | *: | 0:*) usage ;; esac

[ "$(id -u)" = 0 ] || { echo "the benchmark makes network namespaces: run it as root" >&2; exit 1; }
. "$(dirname "$0")/netns/lib.sh"
. "$ROOT/scripts/lib/packages.sh"
need 'the benchmark' wireguard-tools iproute2 iputils-ping || exit 1
. "$ROOT/scripts/netns/gateways.sh"
. "$ROOT/scripts/netns/strangers.sh"

readonly MANY=10000
readonly TARGETS='ping-ms 1000 rss-MiB 96 rss-10000-MiB 256'
SAMPLES=$RUN/samples # METRIC VALUE

sample() { echo "$1 $2" >>"$SAMPLES"; } # METRIC VALUE

# start_a CONFIG: starts gateway a as a user does; sets BEGAN_MS.
start_a() {
  GATEWAY[a.pid]=
  rm -f "$LOGS/$(device a).log"
  BEGAN_MS=$(date +%s%3N)
  start "$(device a).log" a "$ROOT/scripts/taltun" up -c "$1"
  GATEWAY[a.pid]=$STARTED
}

# up_ms: how long it took until the gateway was up, by the clock of its log.
up_ms() {
  local stamp
  wait_for 60 taltun_is_up a || fail 'the gateway did not come up'
  stamp=$(sed -n 's/^\([^ ]*Z\) .* is up: .*/\1/p' "$LOGS/$(device a).log" | head -n 1)
  echo $(($(date -d "$stamp" +%s%3N) - BEGAN_MS))
}

cpu_ms() {
  local stat
  read -r stat <"/proc/$(pid a)/stat"
  set -- ${stat##*) }
  echo $(((${12} + ${13}) * 1000 / $(getconf CLK_TCK)))
}

rss_mib() { awk '/^VmRSS:/ { printf "%.1f", $2 / 1024 }' "/proc/$(pid a)/status"; }

few_peers() {
  local answered
  start_a "$LOGS/one.yaml"
  answered=$(in_ns a timeout 60 "$ROOT/scripts/bench/first-answer.sh" "$(device a)" "$(inner4 b)") || fail 'no ping was answered'
  sample ping-ms "$(awk -v answered="$answered" -v began="$BEGAN_MS" 'BEGIN { printf "%d", answered * 1000 - began }')"
  sample cpu-ms "$(cpu_ms)"
  sample up-ms "$(up_ms)"
  sleep "$IDLE"
  sample rss-MiB "$(rss_mib)"
  stop "$(pid a)"
}

many_peers() {
  start_a "$LOGS/many.yaml"
  sample up-$MANY-ms "$(up_ms)"
  sleep "$IDLE"
  sample rss-$MANY-MiB "$(rss_mib)"
  stop "$(pid a)"
}

table() {
  local metric target
  printf '%-16s %-26s %s\n' '' 'median (min-max)' 'target'
  for metric in up-ms ping-ms cpu-ms rss-MiB up-$MANY-ms rss-$MANY-MiB; do
    target=$(awk -v metric=$metric '{ for (i = 1; i < NF; i += 2) if ($i == metric) print $(i + 1) }' <<<"$TARGETS")
    awk -v metric=$metric '$1 == metric { print $2 }' "$SAMPLES" | sort -g | awk -v metric=$metric -v target="$target" '
      { v[NR] = $1 }
      END { median = (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2
        printf "%-16s %-26s %s\n", metric, median " (" v[1] "-" v[NR] ")",
          target == "" ? "" : target (median <= target ? " reached" : " MISSED") }'
  done
}

must ns_pair a b
gateway a ours a 10.99.0.1/16
gateway b ours b 10.99.0.2/16
is_taltun a || fail 'the benchmark is of Taltun'
peer a b endpoint="$(outer4 0 2):$PORT"
peer b a
gateway_up b
(umask 077 && peers_yaml a >"$LOGS/one.yaml" && { cat "$LOGS/one.yaml" && strangers $((MANY - 1)); } >"$LOGS/many.yaml")
run=1
while [ "$run" -le "$RUNS" ]; do
  echo "run $run of $RUNS" >&2
  few_peers
  many_peers
  run=$((run + 1))
done
table
exit 0
