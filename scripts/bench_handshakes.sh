#!/bin/bash
# shellcheck source-path=SCRIPTDIR disable=SC2317 # respond_KIND is called by its name
# How many handshakes a responder answers, for each second and for each second of its CPU time: Taltun and wireguard-go
# taking turns in one run. The initiations are real, of many registered peers, and made before they are counted. Root
# only; nothing else should run meanwhile.
#
#   scripts/bench_handshakes.sh [OPTION]...                          5 minutes with the defaults
#     --kinds LIST     of taltun wireguard-go; without it both
#     --runs N         5; every run has a responder of its own
#     --seconds S      5; of each phase
#     --warm S         5; of handshakes before them, which are not counted
#     --peers N        2000, each with an address of its own
#     --rate N         10000; initiations a second of the two open loops, more than the responder answers
#     --window N       32; initiations that wait for an answer at once in the first phase
#     --json FILE      figures and samples
#
#   window         few at once, so that nobody is asked for a cookie: what a handshake costs
#   plain          an open loop of initiations without cookies; plain-asked are the cookie replies to them
#   cookies        an open loop of initiations that bear the cookie of their source; cookies-share is what part of them
#                  was answered
#
# The responder has the first of the CPUs that may be used, the clients the second. The clients are one program
# (bench/flood/capacity.c), which opens every 64th response to see that it is authentic.
set -u
RUNS=5 TIME=5 WARM=5 PEERS=2000 RATE=10000 WINDOW=32 JSON='' SERIES='taltun wireguard-go'
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
    --kinds | --runs | --seconds | --warm | --peers | --rate | --window | --json)
      [ -n "${2:-}" ] || usage
      case $1 in
        --kinds) SERIES=${2//,/ } ;;
        --runs) RUNS=$2 ;;
        --seconds) TIME=$2 ;;
        --warm) WARM=$2 ;;
        --peers) PEERS=$2 ;;
        --rate) RATE=$2 ;;
        --window) WINDOW=$2 ;;
        --json) JSON=$2 ;;
      esac
      shift
      ;;
    *) usage ;;
  esac
  shift
done
case $RUNS:$TIME:$WARM:$PEERS:$RATE:$WINDOW in *[!0-9:]* | :* | *: | *::* | 0* | *:0*) usage ;; esac
[ "$PEERS" -le 60000 ] || usage
for series in $SERIES; do
  case $series in taltun | wireguard-go) ;; *) usage ;; esac
done

[ "$(id -u)" = 0 ] || { echo "the benchmark makes network namespaces: run it as root" >&2; exit 1; }
. "$(dirname "$0")/netns/lib.sh" || exit 1
. "$ROOT/scripts/lib/packages.sh"
need 'the benchmark' wireguard-tools iproute2 jq || exit 1
. "$ROOT/scripts/netns/gateways.sh"
. "$ROOT/scripts/bench/modern-wireguard-go.sh"
. "$ROOT/scripts/bench/kinds.sh"
. "$ROOT/scripts/bench/cpus.sh"
. "$ROOT/scripts/bench/attack.sh"
declare -A KIND_NAME
SAMPLES=$RUN/samples
LISTS=handshakes-
. "$ROOT/scripts/bench/statistics.sh"

readonly CLIENTS=10.200.0.0 # and the addresses after it
KEYS=$RUN/keys

# peers_of FORMAT: the clients, for the configuration of a gateway. Their inner addresses are never used.
peers_of() {
  awk -v format="$1" '{
    address = sprintf("10.%d.%d.%d/32", 100 + int(NR / 65536), int(NR / 256) % 256, NR % 256)
    if (format == "yaml") printf "  - name: peer%d\n    public-key: %s\n    allowed-ips: [%s]\n", NR, $2, address
    else printf "[Peer]\nPublicKey = %s\nAllowedIPs = %s\n", $2, address }' "$KEYS"
}

respond_taltun() {
  local config unpinned=("${TALTUN[@]}")
  config=$LOGS/$(device b).yaml
  (umask 077 && { peers_yaml b && peers_of yaml; } >"$config")
  TALTUN=(taskset -c "$RESPONDER_CPU" "${unpinned[@]}")
  start_taltun b up -c "$config"
  TALTUN=("${unpinned[@]}")
  wait_for 30 taltun_is_up b || fail "Taltun did not come up: $(tail -n 1 "$LOGS/$(device b).log")"
}

respond_wireguard_go() {
  local config
  config=$LOGS/$(device b).conf
  (umask 077 && { wg_conf b && peers_of conf; } >"$config")
  start "$(device b).log" b taskset -c "$RESPONDER_CPU" env LOG_LEVEL=error "$WIREGUARD_GO" -f "$(device b)"
  GATEWAY[b.pid]=$STARTED
  wait_for 10 accepts_uapi b && wait_for 10 gw b wg show "$(device b)" || fail 'wireguard-go did not come up'
  must gw b wg setconf "$(device b)" "$config"
  must gw b ip link set "$(device b)" mtu "$MTU" up
}

# measure SERIES: a new responder, all phases.
measure() {
  local series=$1 made
  made=$(wc -l <"$MADE")
  gateway b "$series" b 10.99.0.1/24
  GATEWAY[b.yaml]='  route-table: off'
  "$RUN/capacity" keys "$PEERS" >"$KEYS" || fail 'no keys'
  "respond_${series//-/_}"
  start capacity.log a taskset -c "$CLIENT_CPU" "$RUN/capacity" run --key "$(public b)" --to "$(outer4 0 2)" \
    --port "$PORT" --keys "$KEYS" --sources "$CLIENTS" --pid "$(pid b)" --seconds "$TIME" --warm "$WARM" \
    --rate "$RATE" --window "$WINDOW"
  wait "$STARTED" || fail "$series: $(tail -n 1 "$LOGS/capacity.log")"
  sed "s/^/$series: /" "$LOGS/capacity.log" >&2
  figures <"$LOGS/capacity.log" | sed "s/^/$series /" >>"$SAMPLES"
  mv "$LOGS/capacity.log" "$LOGS/capacity.$series.log"
  clean_to "$made"
}

# figures: METRIC VALUE from the lines of the program.
figures() {
  awk '{
    for (i = 2; i < NF; i += 2) v[$i] = $(i + 1)
    print $1, v["answered"] / v["seconds"]
    if ($1 == "plain") print "plain-asked", v["cookie-replies"] / v["seconds"]
    else print $1 "-cpu", v["answered"] / (v["cpu"] > 0 ? v["cpu"] : 0.01)
    if ($1 == "cookies") print "cookies-share", v["answered"] / (v["bearing"] > 0 ? v["bearing"] : v["sent"]) }'
}

for series in $SERIES; do
  prepare_kind "$series" || { echo "taltun: $series cannot be prepared" >&2; exit 1; }
done
build_attack capacity || exit 1
IFS=, read -r RESPONDER_CPU CLIENT_CPU < <(two_cpus)
[ -n "$CLIENT_CPU" ] || { echo "the benchmark needs two CPUs" >&2; exit 1; }
must ns_pair a b
must in_ns b sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.wan.rp_filter=0
sources a $CLIENTS/16 "$(outer4 0 1)"
for ((run = 1; run <= RUNS; run++)); do
  for series in $SERIES; do
    echo "run $run of $RUNS: $series" >&2
    measure "$series"
  done
done
[ -s "$SAMPLES" ] || exit 1
table
[ -z "$JSON" ] || json >"$JSON" || exit 1
exit 0
