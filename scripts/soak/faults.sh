# shellcheck shell=bash
# The faults of soak.sh, each a function fault_KIND that notes when it began and when it was over. Source it after
# topology.sh. The bound is the time in seconds after which the peer must answer again.

FAULT=    # the kind drawn last
FAULTS=0  # begun so far
DECK=()   # kinds still to come: each once before any comes again

# next_of_deck: sets FAULT. Not in a subshell, which would draw the same again and again.
next_of_deck() {
  local at
  if [ ${#DECK[@]} = 0 ]; then
    DECK=(address nat-port loss kill restart peer-link gateway-link)
    [ "$CHANGES" = 0 ] || DECK+=(strangers syncconf prefix again)
  fi
  at=$((RANDOM % ${#DECK[@]}))
  FAULT=${DECK[at]}
  DECK=("${DECK[@]:0:at}" "${DECK[@]:at+1}")
}

# one_of NAME...: sets PEER.
one_of() {
  local all=("$@")
  PEER=${all[RANDOM % $#]}
}

# fault_begins PEER BOUND_S: what happens to the holder of MOVING happens to MOVING.
fault_begins() {
  local peers=$1
  FAULTS=$((FAULTS + 1))
  [ "$1" = "$HOLDER" ] && peers+=,moving
  echo "begin $FAULTS $FAULT $peers $(now_ms) $2" >>"$KEPT/faults"
}

fault_ends() { echo "end $FAULTS $(now_ms)" >>"$KEPT/faults"; }

# ---- the peer moves ----

fault_address() {
  local host=$((11 + RANDOM % 200))
  one_of "${DIRECT[@]}"
  fault_begins "$PEER" 10
  outer_addresses "$PEER" wan "${NET[$PEER]}" $host
  hear_endpoint "$PEER"
  fault_ends
}

# wireguard-go keeps to a source address that is gone (ENETUNREACH since Linux 6.x) until it hears the endpoint again.
hear_endpoint() { # NAME
  [ "${GATEWAY[$1.kind]}" != wireguard-go ] || wg_set "$1" gw endpoint "$(gateway_seen_by "$1")"
}

fault_nat_port() {
  one_of "${BEHIND_NAT[@]}"
  fault_begins "$PEER" 10
  tell_relay "$PEER" rebind
  fault_ends
}

# ---- the path is bad ----

fault_loss() {
  local seconds=$((4 + RANDOM % 9))
  one_of "${BEHIND_NAT[@]}"
  fault_begins "$PEER" 20
  tell_relay "$PEER" "spoil ${seconds}000 loss=$((20 + RANDOM % 81)) twice=$((RANDOM % 20)) delay=$((RANDOM % 200)) seed=$RANDOM"
  sleep $seconds
  fault_ends
}

fault_peer_link() {
  one_of "${PEERS[@]}"
  link_down_and_up "$PEER" wan "${NET[$PEER]}" 1
}

fault_gateway_link() {
  one_of "${DIRECT[@]}"
  link_down_and_up gw "wan-$PEER" "${NET[$PEER]}" 2
}

# link_down_and_up NAMESPACE DEVICE NET HOST: the link of PEER. IPv6 addresses go with it, so they are set again.
link_down_and_up() {
  fault_begins "$PEER" 20
  must ip -n "$ID-$1" link set "$2" down
  sleep $((1 + RANDOM % 8))
  outer_addresses "$1" "$2" "$3" "$4"
  hear_endpoint "$PEER"
  fault_ends
}

# ---- the peer dies ----

fault_kill() {
  local process
  one_of "${PEERS[@]}"
  process=$(pid "$PEER")
  fault_begins "$PEER" 20
  { kill -KILL "$process" && wait "$process"; } 2>/dev/null # bash tells of it otherwise
  sleep $((1 + RANDOM % 6))
  up "$PEER"
  fault_ends
}

fault_restart() {
  one_of "${PEERS[@]}"
  fault_begins "$PEER" 20
  stop "$(pid "$PEER")"
  up "$PEER"
  fault_ends
}

# ---- the running gateway gets another configuration ----

# Peers that come and go beside the others, which must not notice.
fault_strangers() {
  local keys=() key
  fault_begins none 0
  for key in 1 2 3; do
    keys+=("$(wg genkey | wg pubkey)")
    must gw gw wg set "$(device gw)" peer "${keys[-1]}" endpoint "$(outer4 "${NET[t]}" 9):9" allowed-ips 10.97.$key.0/24
  done
  sleep 2
  for key in "${keys[@]}"; do must gw gw wg set "$(device gw)" peer "$key" remove; done
  fault_ends
}

# Fifty strangers in a file, then the file without them.
fault_syncconf() {
  local at
  fault_begins none 0
  {
    wg_conf gw
    for at in {1..50}; do printf '[Peer]\nPublicKey = %s\nAllowedIPs = 10.96.%d.0/24\n' "$(wg genkey | wg pubkey)" "$at"; done
  } >"$LOGS/sync.conf"
  sync_gateway
  sleep 2
  wg_conf gw >"$LOGS/sync.conf"
  sync_gateway
  fault_ends
}

sync_gateway() { must gw gw wg syncconf "$(device gw)" "$LOGS/sync.conf"; }

# A prefix moves to another peer under traffic. Answers of the old holder that are still under way get lost.
fault_prefix() {
  fault_begins moving 5
  if [ "$HOLDER" = t ]; then HOLDER=w; else HOLDER=t; fi
  describe_peers
  wg_set gw "$HOLDER" allowed-ips "$(prefixes "$HOLDER")"
  fault_ends
}

# A peer is taken away and comes back.
fault_again() {
  local endpoint
  one_of "${PEERS[@]}"
  endpoint=$(wg_field gw "$PEER" 3)
  fault_begins "$PEER" 20
  wg_set gw "$PEER" remove
  sleep $((RANDOM % 5))
  wg_set gw "$PEER" endpoint "$endpoint" allowed-ips "$(prefixes "$PEER")"
  fault_ends
}
