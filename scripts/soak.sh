#!/bin/bash
# Hours of a gateway's life: traffic, rekeys, roaming, changes of its configuration, peers that die. Root only.
#
#   scripts/soak.sh MINUTES [--seed N] [--rate MBIT]      (2 or more; the rate of the steady traffic is 30)
#
# A Taltun gateway `gw` stands between four peers, each in a namespace of its own:
#
#   t  Taltun, over IPv4; renews sessions by volume  ─┐
#   w  wireguard-go, over IPv6                       ─┤
#   n  Taltun       ── NAT, a relay of ours ──────────┼─ gw
#   m  wireguard-go ── NAT, a relay of ours ──────────┘
#
# Each peer pings the gateway and is pinged by it, five times a second. A seed chooses faults and their times. Outside of
# the windows that faults open (scripts/soak/verdict.pl) no ping may get lost; at the end memory, descriptors and threads
# are as at the beginning, and every dropped packet has a reason that the faults explain.
#
# What was seen stays in target/soak-SEED: samples.csv (every 30 s), faults, pings-*, traffic, kernel, verdict. Exit status
# 0 when all is well, 1 when not. Other work beside it does no harm, but do not build in this checkout meanwhile: peers are
# started from it again and again.
set -u
usage() {
  sed -n '4s/^# *//p' "$0" >&2
  exit 2
}
[ $# -gt 0 ] || usage
MINUTES=$1 SEED=$((RANDOM * 32768 + RANDOM)) RATE=30
shift
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --seed) SEED=$2 ;;
    --rate) RATE=$2 ;;
    *) usage ;;
  esac
  shift 2
done
case $MINUTES:$SEED:$RATE in *[!0-9:]* | :* | *::* | *: | 0:* | 1:*) usage ;; esac

[ "$(id -u)" = 0 ] || { echo 'the soak makes network namespaces: run it as root' >&2; exit 1; }
. "$(dirname "$0")/netns/lib.sh"
. "$ROOT/scripts/lib/packages.sh"
need 'the soak' wireguard-go wireguard-tools iperf3 iproute2 iputils-ping jq perl-base || exit 1
. "$ROOT/scripts/netns/gateways.sh"
PATIENCE=6 # other work runs beside it
. "$ROOT/scripts/soak/topology.sh"
. "$ROOT/scripts/soak/traffic.sh"
. "$ROOT/scripts/soak/faults.sh"

readonly KEPT=$ROOT/target/soak-$SEED
readonly SAMPLE_S=30 CALM_S=45    # calm: without new faults before the end, so that each can be judged
readonly DURATION_S=$((MINUTES * 60))
readonly WARM_UP_S=$((DURATION_S / 5 < 600 ? DURATION_S / 5 : 600))
# A short run meets as many kinds of faults as it can.
if [ "$MINUTES" -ge 20 ]; then readonly PAUSE_S=60 PAUSE_MORE_S=30; else readonly PAUSE_S=12 PAUSE_MORE_S=6; fi

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# end_soak: also what the traffic has left running; everything in these namespaces was started here. What is noted in
# $MADE ends in its own time.
end_soak() {
  local status=$? namespace
  trap '' INT TERM HUP PIPE
  exec 2>/dev/null # bash tells of each process that is killed
  [ -z "${TRAFFIC:-}" ] || kill "$TRAFFIC"
  for namespace in "${NAMESPACES[@]}"; do
    ip netns pids "$ID-$namespace" | grep -vxFf <(awk '$1 == "process" { print $2 }' "$MADE") | xargs -r kill -KILL
  done
  (exit $status)
  leave
}
trap end_soak EXIT

# ---- samples ----

# sample WARM: a line of samples.csv; WARM is 1 after the warm-up. A status that does not come leaves a gap.
sample() {
  local proc row
  proc=/proc/$(pid gw)
  [ -n "$(process_start_time "$(pid gw)")" ] || fail "the gateway ended: $(tail -n 1 "$LOGS/$(device gw).log")"
  row=$EPOCHSECONDS,$((SECONDS - BEGAN)),$1,$(awk '/^VmRSS:/ { print $2 }' "$proc/status"),$(ls "$proc/fd" | wc -l),$(threads "$proc")
  status_json >"$LOGS/status.json" 2>"$LOGS/status.err" || { note "no status: $(tail -n 1 "$LOGS/status.err")"; return; }
  row+=,$(jq -r '[
    (.peers | length), ([.peers[] | select(.state == "online")] | length),
    ([.peers[] | "\(.name)=\(.lastHandshakeEpochNanos / 1e9 | floor)"] | join(";")),
    .counters.worker_faults, .counters.udp_received_messages, .counters.udp_sent_messages,
    ([.drops[]] | add // 0), ([.drops | to_entries[] | "\(.key)=\(.value)"] | join(";"))] | join(",")' "$LOGS/status.json")
  echo "$row" >>"$KEPT/samples.csv"
  lost_in_kernel
}

# status_json: for another kind than Taltun (TALTUN_KIND, to try the script itself) what `wg` knows.
status_json() {
  if is_taltun gw; then
    taltun_ctl gw status "$(device gw)" --json
    return
  fi
  gw gw wg show "$(device gw)" latest-handshakes | jq -Rn '{counters: {worker_faults: 0}, drops: {}, peers:
    [inputs | split("\t") | {name: .[0][:6], state: "online", lastHandshakeEpochNanos: (.[1] | tonumber * 1e9)}]}'
}

# lost_in_kernel: what the kernels' queues threw away, for whoever asks where a ping went; a line where something changed.
declare -A LOST_IN_KERNEL
lost_in_kernel() {
  local namespace now
  for namespace in "${NAMESPACES[@]}"; do
    now=$(in_ns "$namespace" nstat -asz IpInDiscards IpOutDiscards UdpRcvbufErrors UdpSndbufErrors UdpInErrors Ip6InDiscards Ip6OutDiscards \
      Udp6RcvbufErrors Udp6InErrors IpReasmFails IpFragFails | awk '!/^#/ && $2 > 0 { printf " %s=%d", $1, $2 }')
    now+=$(ip -n "$ID-$namespace" -s -j link | jq -r '[.[] | select(.stats64.rx.dropped + .stats64.tx.dropped > 0) |
      " \(.ifname)=\(.stats64.rx.dropped)+\(.stats64.tx.dropped)"] | join("")')
    [ "$now" = "${LOST_IN_KERNEL[$namespace]:-}" ] || echo "$((SECONDS - BEGAN)) $namespace$now" >>"$KEPT/kernel"
    LOST_IN_KERNEL[$namespace]=$now
  done
}

# threads PROC: without the JVM's compilers, which come and go with the work.
threads() { cat "$1"/task/*/comm 2>/dev/null | grep -vcE '^C[12] Compiler'; }

# ---- the run ----

begin() {
  rm -rf "$KEPT"
  mkdir -p "$KEPT" || exit 1
  echo epoch_s,elapsed_s,warm,rss_kib,descriptors,threads,peers,online,latest_handshakes,worker_faults,udp_received,udp_sent,drops_total,drops \
    >"$KEPT/samples.csv"
  : >"$KEPT/faults"
  : >"$KEPT/traffic"
  echo "soak: $MINUTES minutes, seed $SEED; $KEPT"
  build_network
  if takes_wg_set gw; then
    CHANGES=1
  else
    echo 'soak: SKIPPED: changes of the running gateway (strangers, syncconf, prefix moves, re-added peers): it takes no `wg set`'
  fi
  BEGAN=$SECONDS
  start_pings
  run_traffic &
  TRAFFIC=$!
}

run() {
  local next_sample=0 next_line=60 next_fault=$PAUSE_S at
  while at=$((SECONDS - BEGAN)) && [ $at -lt $DURATION_S ]; do
    if [ $at -ge $next_sample ]; then
      sample $((at >= WARM_UP_S))
      next_sample=$((next_sample + SAMPLE_S))
    fi
    if [ $at -ge $next_line ]; then
      printf '%3d min  %s\n' $((at / 60)) "$(perl "$ROOT/scripts/soak/verdict.pl" progress "$KEPT")"
      next_line=$((next_line + 60))
    fi
    if [ $at -ge $next_fault ] && [ $at -lt $((DURATION_S - CALM_S)) ]; then
      next_of_deck
      fault_"${FAULT//-/_}"
      next_fault=$((SECONDS - BEGAN + PAUSE_S + RANDOM % PAUSE_MORE_S))
    fi
    sleep 1
  done
}

end() {
  local log
  kill "$TRAFFIC" 2>/dev/null
  wait "$TRAFFIC" 2>/dev/null
  end_pings
  cp --remove-destination "$LOGS"/pings-* "$KEPT"
  sample 1
  for log in "$LOGS/$(device gw)"*.log; do cp "$log" "$KEPT/gateway.log"; done
  perl "$ROOT/scripts/soak/verdict.pl" judge "$KEPT" "$KEPT/gateway.log" | tee "$KEPT/verdict"
  [ "${PIPESTATUS[0]}" = 0 ] || FAILED=1
  [ "$CHANGES" = 1 ] || echo 'soak: changes of the running gateway were SKIPPED'
  finish
}

CHANGES=0
begin
RANDOM=$SEED # from here on only faults draw
run
end
