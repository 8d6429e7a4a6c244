#!/bin/bash
# Whether a gateway's packets notice that its metrics are read: 10,000 peers, pings every 10 ms and iperf3 through one of
# them, in turn with and without somebody who scrapes. Root only, and nothing else should run.
#
#   scripts/bench_scrape.sh [--runs N] [--seconds N] [--every SECONDS]      (5 runs, 10 s, a scrape every second)
#
#   scrape-ms       how long a scrape takes, with curl's start
#   rtt, rtt-p99, rtt-max, lost   of the pings, ms
#   tcp             iperf3, one stream, Mbit/s
# Each run has both halves, the one that scrapes first in every second run. The last column is the ratio of the medians.
set -u
RUNS=5 TIME=10 EVERY=1
usage() {
  sed -n '5s/^# *//p' "$0" >&2
  exit 2
}
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --runs) RUNS=$2 ;;
    --seconds) TIME=$2 ;;
    --every) EVERY=$2 ;;
    *) usage ;;
  esac
  shift 2
done
case $RUNS:$TIME in *[!0-9:]* | :* | *: | 0:* | *:0) usage ;; esac
case $EVERY in *[!0-9.]* | '') usage ;; esac

[ "$(id -u)" = 0 ] || { echo "the benchmark makes network namespaces: run it as root" >&2; exit 1; }
. "$(dirname "$0")/netns/lib.sh"
. "$ROOT/scripts/lib/packages.sh"
need 'the benchmark' wireguard-tools iperf3 iproute2 iputils-ping jq curl || exit 1
. "$ROOT/scripts/netns/gateways.sh"
. "$ROOT/scripts/netns/strangers.sh"
. "$ROOT/scripts/bench/measure.sh"

readonly MANY=10000 URL=http://127.0.0.1:9586/metrics
SAMPLES=$RUN/samples # SERIES METRIC VALUE

scrape() { in_ns a curl -sS --max-time 20 --fail -o /dev/null -w '%{time_total}\n' $URL; }

# scrape_for_ever: every EVERY seconds; the times go to $LOGS/scrapes.
scrape_for_ever() {
  start scrapes a bash -c "while :; do
    curl -sS --max-time 20 --fail -o /dev/null -w '%{time_total}\n' $URL & sleep $EVERY; wait; done"
  SCRAPER=$STARTED
}

half() { # SERIES
  SCRAPER=
  [ "$1" = scraped ] && scrape_for_ever
  pings $((TIME * 100))
  sample "$1" rtt "$(quantile 0.5)"
  sample "$1" rtt-p99 "$(quantile 0.99)"
  sample "$1" rtt-max "$(quantile 1)"
  sample "$1" lost "$(grep -c "^$LOST_MS$" "$LOGS/rtt")"
  load_begin "$TIME"
  load_end
  sample "$1" tcp "$(mbits)"
  [ -z "$SCRAPER" ] || stop "$SCRAPER"
  sleep 1
}

table() {
  local metric
  printf '%-10s %-28s %-28s %s\n' '' alone scraped ratio
  for metric in rtt rtt-p99 rtt-max lost tcp; do
    for series in alone scraped; do
      awk -v series=$series -v metric=$metric '$1 == series && $2 == metric { print $3 }' "$SAMPLES" | sort -g | awk '
        { v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2, v[1], v[NR] }'
    done | awk -v metric=$metric '{ median[NR] = $1; cell[NR] = sprintf("%.3f (%.3f-%.3f)", $1, $2, $3) }
      END { printf "%-10s %-28s %-28s %s\n", metric, cell[1], cell[2],
        median[1] ? sprintf("%.2f", median[2] / median[1]) : "" }'
  done
  sort -g "$LOGS/scrapes" | awk '/^[0-9.]+$/ { ms[++n] = $1 * 1000 }
    END { printf "%-10s %d scrapes, median %.0f, most %.0f\n", "scrape-ms", n, (ms[int((n + 1) / 2)] + ms[int((n + 2) / 2)]) / 2, ms[n] }'
}

must ns_pair a b
gateway a ours a 10.99.0.1/16
gateway b ours b 10.99.0.2/16
is_taltun a || fail 'the benchmark is of Taltun'
peer a b endpoint="$(outer4 0 2):$PORT"
peer b a
gateway_up b
(umask 077 && { peers_yaml a && strangers $((MANY - 1)); } >"$LOGS/$(device a).yaml")
start_taltun a up -c "$LOGS/$(device a).yaml"
wait_for 60 taltun_is_up a || fail "it did not come up: $(tail -n 1 "$LOGS/$(device a).log")"
must ping_through a b 4
echo 'warming up' >&2
for _ in {1..30}; do scrape >/dev/null || fail 'no metrics'; done
load_begin 5
load_end
run=1
while [ "$run" -le "$RUNS" ]; do
  echo "run $run of $RUNS" >&2
  if [ $((run % 2)) = 0 ]; then half scraped && half alone; else half alone && half scraped; fi
  run=$((run + 1))
done
table
exit 0
