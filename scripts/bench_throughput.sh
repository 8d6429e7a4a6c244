#!/bin/bash
# shellcheck source-path=SCRIPTDIR disable=SC2317 # measure_MODE is called by its name
# Throughput, latency, CPU and memory of Taltun and of other tunnels, taking turns in one run, on two namespaces joined
# by a veth. Prints medians, their spread, Taltun's ratios and whether the targets are reached. Root only; nothing else
# should run meanwhile.
#
#   scripts/bench_throughput.sh [OPTION]...                          12 minutes with the defaults
#     --kinds LIST     of taltun wireguard-go ceiling nebula openvpn tinc; without it the first three
#     --all            all six
#     --techniques     Taltun alone: each offload off, each AEAD construction, pinning on and off
#     --runs N         5; every run has daemons of its own, since throughput differs between starts of a JVM
#     --seconds S      5; of each load
#     --cpus LIST      the CPUs for everything; the first two that may be used
#     --json FILE      figures and samples
#     --svg FOLDER     plots
#     --from FILE      measures nothing: tables and plots of what --json wrote
#
#   tcp1, tcp4     Mbit/s of TCP payload that arrive in one stream, in four
#   udp64, udp1380 thousands of datagrams a second that arrive, of 64 and 1380 bytes of payload, sent as fast as it goes
#   rtt, rtt-p99   ms, a ping every 10 ms on an idle tunnel; one that is lost counts 1000
#   rtt-tcp        ms, the median of that ping beside a TCP stream
#   cpu-byte       CPU ns of both daemons for each byte that arrives in tcp1
#   rss            MiB resident at the end of tcp4, the mean of both daemons
#   first-second   throughput of the very first second of TCP against the median of the seconds after it
#   up-to-ping     ms from starting the second daemon, its configuration included, to the first answered ping
#
# wireguard-go is that of Debian's stable release, fetched with apt into a folder of its own where the system's is
# older; WIREGUARD_GO=PATH is another one. ceiling is bench/ceiling/ceiling.c, the data path in C without a protocol.
set -u
RUNS=5 TIME=5 JSON='' SVG='' FROM='' CPUS='' MODE=kinds SERIES='taltun wireguard-go ceiling'
usage() {
  sed -n '/^#   scripts/,/^#$/s/^# \{0,3\}//p' "$0" >&2
  exit 2
}
help() {
  sed -n '3,/^set/s/^# \{0,1\}//p' "$0"
  exit 0
}
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) help ;;
    --all) SERIES='taltun wireguard-go ceiling nebula openvpn tinc' ;;
    --techniques) MODE=techniques ;;
    --kinds | --runs | --seconds | --cpus | --json | --svg | --from)
      [ -n "${2:-}" ] || usage
      case $1 in
        --kinds) SERIES=${2//,/ } ;;
        --runs) RUNS=$2 ;;
        --seconds) TIME=$2 ;;
        --cpus) CPUS=$2 ;;
        --json) JSON=$2 ;;
        --svg) SVG=$2 ;;
        --from) FROM=$2 ;;
      esac
      shift
      ;;
    *) usage ;;
  esac
  shift
done
[ -z "$FROM" ] || [ -z "$JSON" ] || usage
case $RUNS:$TIME in *[!0-9:]* | :* | *: | 0* | *:0*) usage ;; esac
for series in $SERIES; do
  case $series in taltun | wireguard-go | ceiling | nebula | openvpn | tinc) ;; *) usage ;; esac
done

declare -A KIND_NAME
if [ -n "$FROM" ]; then
  ROOT=$(readlink -f "$0") && ROOT=${ROOT%/*/*} && RUN=$(mktemp -d) || exit 1
  trap 'rm -rf "$RUN"' EXIT
  . "$ROOT/scripts/lib/packages.sh"
  . "$ROOT/scripts/lib/jdk.sh"
  need 'the benchmark' jq || exit 1
else
  [ "$(id -u)" = 0 ] || { echo "the benchmark makes network namespaces: run it as root" >&2; exit 1; }
  . "$(dirname "$0")/netns/lib.sh" || exit 1
  . "$ROOT/scripts/lib/packages.sh"
  need 'the benchmark' wireguard-tools iperf3 iproute2 iputils-ping jq || exit 1
  . "$ROOT/scripts/netns/gateways.sh"
  . "$ROOT/scripts/bench/modern-wireguard-go.sh"
  . "$ROOT/scripts/bench/kinds.sh"
  . "$ROOT/scripts/bench/cpus.sh"
  . "$ROOT/scripts/bench/measure.sh"
fi
SAMPLES=$RUN/samples
. "$ROOT/scripts/bench/statistics.sh"
. "$ROOT/scripts/bench/techniques.sh"

# rotated N WORD...: the words, beginning with another one each run, in case the machine gets warmer or slower.
rotated() {
  local by=$(($1 % ($# - 1)))
  shift
  echo "${@:by+1}" "${@:1:by}"
}

# in_turns: every series once in every run.
in_turns() {
  local run series
  for ((run = 1; run <= RUNS; run++)); do
    # shellcheck disable=SC2086 # words
    for series in $(rotated $((run - 1)) $SERIES); do
      echo "run $run of $RUNS: $series" >&2
      "measure_$MODE" "$series"
    done
  done
}

measure_kinds() { measure "$1" "$1" '' up up_to_ping first_second rtt tcp1 tcp4 rtt_tcp udp64 udp1380; }
measure_techniques() { measure "$1" taltun "$(technique_yaml "$1")" up warm_up tcp1 udp1380; }

run_all() {
  local kind
  CPUS=${CPUS:-$(two_cpus)}
  taskset -cp "$CPUS" $$ >/dev/null || { echo "the CPUs $CPUS cannot be used" >&2; return 1; }
  if [ $MODE = techniques ]; then
    prepare_kind taltun || return 1
    SERIES="auto $TECHNIQUES"
    for kind in $SERIES; do KIND_NAME[$kind]=${KIND_NAME[taltun]}; done
  else
    for kind in $SERIES; do
      prepare_kind "$kind" || { echo "taltun: $kind cannot be prepared" >&2; return 1; }
    done
  fi
  must ns_pair a b
  in_turns
}

if [ -n "$FROM" ]; then
  read_json "$FROM" || { echo "$FROM: not a file that --json wrote" >&2; exit 1; }
else
  run_all || exit 1
fi
case $SERIES in
  auto*) technique_table ;;
  *) table ;;
esac
[ -z "$JSON" ] || json >"$JSON" || exit 1
[ -z "$SVG" ] || { need_jdk && plots "$SVG"; } || exit 1
exit 0
