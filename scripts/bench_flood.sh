#!/bin/bash
# shellcheck source-path=SCRIPTDIR
# A gateway under a flood of forged packets: what an established peer keeps of its throughput, whether its pings come
# through, how long a new peer needs, how many honest handshakes are answered, what memory it takes. Taltun and
# wireguard-go taking turns in one run. Root only; nothing else should run meanwhile.
#
#   scripts/bench_flood.sh [OPTION]...                               10 minutes with the defaults
#     --kinds LIST     of taltun wireguard-go; without it both
#     --floods LIST    of mix init; without it both
#     --runs N         3; every run has gateways of its own
#     --seconds S      15; of each flood
#     --rate N         100000; packets a second of mix
#     --init-rate N    20000; packets a second of init
#     --honest N       20; peers that make a handshake every 0.5 s
#     --cpus LIST      the CPUs for everything; the first two that may be used
#     --json FILE      figures and samples
#
#   mix            initiations with a valid mac1, with an invalid one, replays of the session's own messages, garbage: a
#                  quarter each, from four million addresses
#   init           initiations with a valid mac1 and nothing else behind it
#
#   …-sent         thousands of packets a second that the attacker sent
#   …-base, …-tcp, …-kept   Mbit/s of the established peer's one TCP stream, before and during the flood; their ratio
#   …-lost, -rtt   pings of one a second beside that stream
#   …-newcomer     seconds from the first ping of a peer that had no session to its answer; the length of the flood where
#                  none came. It is wireguard-go for both, with the protocol's retries: 5 s after a cookie reply
#   …-honest       what part of honest initiations that bear a cookie was answered within a second; of all where no
#                  cookie was asked for. …-first: what part of those without cookie got a response or a cookie reply
#   …-grown        MiB from the gateway's resident memory before the flood to its greatest during it
#
# The attacker, the honest peers and the new one have a namespace each, joined to the gateway's by veth; they take their
# part of the CPUs too. Their programs are in bench/flood.
set -u
RUNS=3 TIME=15 RATE=100000 INIT_RATE=20000 HONEST=20 JSON='' CPUS='' FLOODS='mix init' SERIES='taltun wireguard-go'
usage() {
  sed -n '/^#   scripts/,/^#$/s/^# \{0,3\}//p' "$0" >&2
  exit 2
}
help() {
  sed -n '3,/^set/s/^# \{0,1\}//p' "$0" | sed '$d'
  exit 0
}
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) help ;;
    --kinds | --floods | --runs | --seconds | --rate | --init-rate | --honest | --cpus | --json)
      [ -n "${2:-}" ] || usage
      case $1 in
        --kinds) SERIES=${2//,/ } ;;
        --floods) FLOODS=${2//,/ } ;;
        --runs) RUNS=$2 ;;
        --seconds) TIME=$2 ;;
        --rate) RATE=$2 ;;
        --init-rate) INIT_RATE=$2 ;;
        --honest) HONEST=$2 ;;
        --cpus) CPUS=$2 ;;
        --json) JSON=$2 ;;
      esac
      shift
      ;;
    *) usage ;;
  esac
  shift
done
case $RUNS:$TIME:$RATE:$INIT_RATE:$HONEST in *[!0-9:]* | :* | *: | *::* | 0* | *:0*) usage ;; esac
[ "$HONEST" -le 200 ] || usage
for word in $SERIES $FLOODS; do
  case $word in taltun | wireguard-go | mix | init) ;; *) usage ;; esac
done

[ "$(id -u)" = 0 ] || { echo "the benchmark makes network namespaces: run it as root" >&2; exit 1; }
. "$(dirname "$0")/netns/lib.sh" || exit 1
. "$ROOT/scripts/lib/packages.sh"
need 'the benchmark' wireguard-tools iperf3 iproute2 iputils-ping jq || exit 1
. "$ROOT/scripts/netns/gateways.sh"
. "$ROOT/scripts/bench/modern-wireguard-go.sh"
. "$ROOT/scripts/bench/kinds.sh"
. "$ROOT/scripts/bench/cpus.sh"
. "$ROOT/scripts/bench/measure.sh"
. "$ROOT/scripts/bench/attack.sh"
. "$ROOT/scripts/bench/flood.sh"
declare -A KIND_NAME
SAMPLES=$RUN/samples
LISTS=flood-
. "$ROOT/scripts/bench/statistics.sh"

# wireguard-go is the new peer in any case.
case " $SERIES " in *' wireguard-go '*) ;; *) modern_wireguard_go || exit 1 ;; esac
for series in $SERIES; do
  prepare_kind "$series" || { echo "taltun: $series cannot be prepared" >&2; exit 1; }
done
build_attack flood honest capacity || exit 1
CPUS=${CPUS:-$(two_cpus)}
taskset -cp "$CPUS" $$ >/dev/null || { echo "the CPUs $CPUS cannot be used" >&2; exit 1; }
flood_network
for ((run = 1; run <= RUNS; run++)); do
  for flood in $FLOODS; do
    for series in $SERIES; do
      echo "run $run of $RUNS: $flood, $series" >&2
      measure_flood "$flood" "$series"
    done
  done
done
[ -s "$SAMPLES" ] || exit 1
table
[ -z "$JSON" ] || json >"$JSON" || exit 1
exit 0
