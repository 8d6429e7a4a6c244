#!/bin/bash
# What goes through the tunnel arrives byte for byte, whatever is joined and cut on the way: Taltun with all 32
# combinations of its offloads on and off against wireguard-go, old and new, and the kernel's WireGuard, and with other
# modes of its own against another Taltun. `45-offloads.sh PATTERN` runs the cases whose name matches.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./kernel-peer.sh
. ./gateways.sh
. ../bench/modern-wireguard-go.sh

readonly SWITCHES=(tun-tso tun-uso tun-gro udp-gso udp-gro)
readonly COMBINATIONS=$((1 << ${#SWITCHES[@]}))
readonly EXCHANGE=$ROOT/scripts/netns/exchange.pl EXCHANGE_PORT=5300
# With several packets on the way at once some that are joined may be left: those of the session before a restart.
readonly HARMLESS='no_route|unknown_index|no_session|waiting_full'

# ---- what is said of an offload ----

# settings BITS [KEY=VALUE...]: lines of the configuration; offload i is off when bit i is set.
settings() {
  local bits=$1 i word
  shift
  for word; do
    case $word in workers=*) echo "  ${word/=/: }" ;; esac # still in the section interface
  done
  echo 'tuning:'
  for i in "${!SWITCHES[@]}"; do
    echo "  ${SWITCHES[i]}: $( (((bits >> i) & 1)) && echo off || echo auto)"
  done
  for word; do
    case $word in workers=*) ;; *) echo "  ${word/=/: }" ;; esac
  done
}

label() { # BITS
  local i on='' off=''
  for i in "${!SWITCHES[@]}"; do
    ((($1 >> i) & 1)) && off+=" ${SWITCHES[i]}" || on+=" ${SWITCHES[i]}"
  done
  case ${off:+off}${on:+on} in on) echo all ;; off) echo none ;; *) echo "${on# }" ;; esac
}

# in_use NAME: the offloads that it says are on, when it has come up.
in_use() {
  sed -n '/is up:/s/.* offloads \([a-z -]*\),.*/\1/p' "$LOGS/$(device "$1").log"
}

# expected BITS: of those that this kernel has.
expected() {
  local i words=''
  for i in "${!SWITCHES[@]}"; do
    case " $KERNEL_HAS " in *" ${SWITCHES[i]} "*) ((($1 >> i) & 1)) || words+=" ${SWITCHES[i]}" ;; esac
  done
  echo "${words# }"
}

# state NAME: makes it log its drops and counters, in $LOGS/state-NAME.
state() {
  local log before
  log=$LOGS/$(device "$1").log
  before=$(grep -c ' counters {' "$log")
  kill -USR1 "$(pid "$1")" || fail 'Taltun has ended'
  wait_for 5 more_states "$log" "$before" || fail 'no answer to SIGUSR1'
  grep ' counters {' "$log" | tail -n 1 >"$LOGS/state-$1"
}

more_states() { [ "$(grep -c ' counters {' "$1")" -gt "$2" ]; } # LOG BEFORE

counter() { # NAME LABEL
  local value
  value=$(grep -oE "[{ ]$2=[0-9]+" "$LOGS/state-$1") && echo "${value#*=}" || echo 0
}

# sane NAME BITS: it uses what it may and nothing else, dropped nothing that it was to carry, its workers run where it
# says, and nothing was thrown.
sane() {
  local name=$1 bits=$2 log drops
  log=$LOGS/$(device "$name").log
  state "$name"
  ! grep -q 'fallen back' "$LOGS/state-$name" || fail "$(grep -o 'fallen back [^,]*' "$LOGS/state-$name")"
  drops=$(grep -o 'drops {[^}]*}' "$LOGS/state-$name" | grep -oE '[a-z_]+=[0-9]+' | grep -vE "^($HARMLESS)=" | tr '\n' ' ')
  [ -z "$drops" ] || fail "dropped: $drops"
  ! grep -nE 'Exception|Error:|^[[:space:]]+at ' "$log" || fail 'something was thrown'
  [ "$(counter "$name" worker_faults)" = 0 ] || fail 'a fault in a worker'
  bound_as_said "$name"
  used "$name" "$bits" 8 udp_sent_datagrams udp_sent_messages
  used "$name" "$bits" 16 udp_received_datagrams udp_received_messages
  used "$name" "$bits" 3 tun_read_packets tun_reads
  used "$name" "$bits" 4 tun_written_packets tun_writes
}

# used NAME BITS MASK PACKETS CALLS: without the offloads of the mask each packet is a call of its own; with one of them
# several share a call, if the other side sends bursts that can be joined (BURSTS).
used() {
  local packets calls
  packets=$(counter "$1" "$4")
  calls=$(counter "$1" "$5")
  if [ $(($2 & $3)) = "$3" ]; then
    [ "$packets" = "$calls" ] || fail "joined though off: $packets $4, $calls $5"
  elif $BURSTS && [ "$packets" -le "$calls" ]; then
    fail "nothing was joined: $packets $4, $calls $5"
  fi
}

# bound_as_said NAME: pinned workers have a CPU each, the others may run where this script may.
bound_as_said() {
  local cpus
  cpus=$(worker_cpus "$1")
  case $(cat "$LOGS/state-$1") in
    *' pinned,'*)
      [ -n "$cpus" ] && ! grep -q '[-,]' <<<"$cpus" && [ -z "$(sort <<<"$cpus" | uniq -d)" ] || fail "pinned to:" $cpus
      ;;
    *) [ "$(sort -u <<<"$cpus")" = "$(cpus_of $$)" ] || fail "not pinned, but bound to:" $cpus ;;
  esac
}

worker_cpus() { # NAME: a line for each worker
  local thread
  for thread in "/proc/$(pid "$1")/task"/*; do
    case $(cat "$thread/comm" 2>/dev/null) in taltun-worker-*) cpus_of "${thread##*/}" ;; esac
  done
}

cpus_of() { LC_ALL=C taskset -cp "$1" | sed 's/.*: //'; } # THREAD

# ---- the traffic ----

exchange_server() { # NAME
  local name=$1
  case ${GATEWAY[$name.kind]} in
    kernel)
      must guest sh -c "echo '$(base64 -w0 <"$EXCHANGE")' | base64 -d >/tmp/exchange.pl"
      must guest sh -c "perl /tmp/exchange.pl serve $EXCHANGE_PORT >/tmp/exchange.log 2>&1 &"
      wait_for 10 guest grep -q ready /tmp/exchange.log || fail "no exchange server: $(guest cat /tmp/exchange.log)"
      ;;
    *)
      start "exchange-$name.log" "${GATEWAY[$name.namespace]}" perl "$EXCHANGE" serve $EXCHANGE_PORT
      wait_for 10 grep -q ready "$LOGS/exchange-$name.log" || fail 'no exchange server'
      ;;
  esac
}

# exchanged FROM TO BYTES: full packets without fragments, then streams and datagrams.
exchanged() {
  local from=$1 to=$2 family output
  must ping_through "$from" "$to" 4 -c 1 -M 'do' -s $((MTU - 28))
  must ping_through "$from" "$to" 6 -c 1 -M 'do' -s $((MTU - 48))
  for family in 4 6; do
    output=$(gw "$from" timeout 70 perl "$EXCHANGE" check "$("inner$family" "$to")" $EXCHANGE_PORT "$3" $RANDOM 2>&1) ||
      fail "IPv$family: $(tail -n 1 <<<"$output")"
    echo "$output" >>"$LOGS/exchanged"
  done
}

# ---- every combination against every other implementation ----

# The peers run all the time, each over a path of its own; Taltun is started once a combination.
peers_up() {
  must netns_add a
  gateway a ours a 10.99.0.1/24 fd99::1/64
  PEERS=() ABSENT=()
  add_wireguard_go b wireguard-go 2 4 wireguard-go
  if modern_available; then
    add_wireguard_go m 'modern wireguard-go' 3 6 "$MODERN"
  else
    ABSENT+=("modern wireguard-go:$REASON")
  fi
  if REASON=$(guest_available); then
    must guest_image
    guest_boot a
    gateway k kernel k 10.99.0.4/24 fd99::4/64
    peer a k endpoint="$(outer4 0 2):$PORT"
    peer k a
    PEERS+=(k:kernel)
    gateway_up k
    exchange_server k
  else
    ABSENT+=("kernel:$REASON")
  fi
}

add_wireguard_go() { # NAME LABEL NET 4|6 PROGRAM: with IPv4 or IPv6 outside
  must netns_add "$1"
  must netns_join "$3" a "wan$3" "$1" wan
  gateway "$1" wireguard-go "$1" "10.99.0.$3/24" "fd99::$3/64"
  case $4 in
    4) peer a "$1" endpoint="$(outer4 "$3" 2):$PORT" ;;
    6) peer a "$1" endpoint="[$(outer6 "$3" 2)]:$PORT" ;;
  esac
  peer "$1" a
  WIREGUARD_GO=$5 gateway_up "$1"
  exchange_server "$1"
  PEERS+=("$1:$2")
}

# modern_available: sets MODERN to a wireguard-go with offloads of its own, or REASON.
modern_available() {
  if modern "$(package_version wireguard-go)"; then
    REASON='the one installed is modern'
    return 1
  fi
  modern_wireguard_go >"$RUN/modern.log" 2>&1 || { REASON=$(tail -n 1 "$RUN/modern.log"); return 1; }
  MODERN=$WIREGUARD_GO
  unset WIREGUARD_GO
}

combination() { # BITS
  local bits=$1 name each made
  name="offloads $(label "$bits")"
  if wanted "$name" || [ "$bits" = 0 ]; then
    made=$(wc -l <"$MADE")
    GATEWAY[a.yaml]=$(settings "$bits")
    gateway_up a
    [ "$bits" != 0 ] || KERNEL_HAS=$(in_use a)
    for each in "${PEERS[@]}"; do
      run_case "$name: ${each#*:}" crossed "${each%%:*}" "$bits"
    done
    clean_to "$made"
  fi
  for each in "${ABSENT[@]}"; do
    skip_case "$name: ${each%%:*}" "${each#*:}"
  done
}

# wanted NAME: whether the pattern has a case of a peer in it.
wanted() {
  local each
  for each in "${PEERS[@]}"; do
    case "$1: ${each#*:}" in $ONLY) return 0 ;; esac
  done
  return 1
}

crossed() { # NAME BITS
  local bytes=2000003
  [ "${GATEWAY[$1.kind]}" != kernel ] || bytes=300007
  ln -s "$RUN/$(device a).log" "$LOGS"
  [ "$(in_use a)" = "$(expected "$2")" ] || fail "in use: $(in_use a); expected: $(expected "$2")"
  exchanged a "$1" $bytes
  [ "$1" = m ] && BURSTS=true || BURSTS=false
  sane a "$2"
}

# ---- two Taltuns that differ ----

# differing SETTINGS OTHER_SETTINGS: each a string of words. Both sides send, both sides are looked at.
differing() {
  gateway u ours u 10.99.0.1/24 fd99::1/64
  gateway v ours v 10.99.0.2/24 fd99::2/64
  peer u v endpoint="$(outer4 0 2):$PORT"
  peer v u
  # shellcheck disable=SC2086
  GATEWAY[u.yaml]=$(settings $1) GATEWAY[v.yaml]=$(settings $2)
  gateway_up v
  gateway_up u
  exchange_server u
  exchange_server v
  exchanged u v 1000003
  exchanged v u 1000003
  case "${1%% *} ${2%% *}" in '0 0') BURSTS=true ;; *) BURSTS=false ;; esac
  sane u "${1%% *}"
  sane v "${2%% *}"
}

modes() { # SETTINGS MODE OTHER_SETTINGS OTHER_MODE: what Taltun says of its workers
  differing "$1" "$3"
  grep -q "workers $2," "$LOGS/state-u" || fail "not $2: $(grep -o 'workers [^,]*' "$LOGS/state-u")"
  grep -q "workers $4," "$LOGS/state-v" || fail "not $4: $(grep -o 'workers [^,]*' "$LOGS/state-v")"
}

# The kernel refuses to send datagrams together that have to be sent in fragments.
path_mtu_falls() {
  differing 0 0
  must in_ns u ip link set wan mtu 1400
  must in_ns v ip link set wan mtu 1400
  exchanged u v 1000003
  exchanged v u 1000003
  sane u 0
  sane v 0
  [ "$(counter u udp_offload_refusals)" -gt 0 ] || fail 'the kernel refused nothing'
}

must ns_pair u v
if [ -z "${TALTUN_KIND:-}" ]; then
  peers_up
  for ((bits = 0; bits < COMBINATIONS; bits++)); do
    combination "$bits"
  done
else
  skip_case 'offloads: every combination' "TALTUN_KIND is $TALTUN_KIND"
fi

# Bits: 1 tun-tso, 2 tun-uso, 4 tun-gro, 8 udp-gso, 16 udp-gro.
taltun_case 'offloads: all here, none there' differing 0 31
taltun_case 'offloads: none here, all there' differing 31 0
taltun_case 'offloads: those of the device here, those of the socket there' differing 24 7
taltun_case 'offloads: cutting here, joining there' differing 20 11
taltun_case 'modes: aead fused here, split there' differing '0 aead=fused' '0 aead=split'
taltun_case 'modes: aead split here, fused and no offloads there' differing '0 aead=split' '31 aead=fused'
taltun_case 'modes: one worker here, three there' modes '0 workers=1' '1 forced-single' '0 workers=3 pinning=off' '3 sharded'
if [ "$(nproc)" -gt 1 ]; then
  taltun_case 'modes: pinning on here, off there' modes '0 workers=2 pinning=on' '2 pinned' '0 workers=2 pinning=off' '2 sharded'
else
  skip_case 'modes: pinning on here, off there' 'one CPU'
fi
taltun_case 'offloads: all, and the MTU of the path falls' path_mtu_falls # the last one: it stays so
finish
