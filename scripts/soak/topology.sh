# shellcheck shell=bash
# The gateway of soak.sh, its peers, the relays and the pings. Source it after gateways.sh.

readonly NAMESPACES=(gw t w n m nat)
readonly PEERS=(t w n m) DIRECT=(t w) BEHIND_NAT=(n m)
declare -rA NET=([t]=1 [w]=2 [n]=3 [m]=4) # outer network of each peer, in which it is host 1
readonly NAT_NET=5                        # between nat (1) and gw (2)
readonly MOVING=10.98.0.1                 # on the loopback of t and of w: the gateway sends it to one of them
# Seconds of the steady traffic, while a busy machine lets the reader wait: packets of a TUN device, bytes of a socket of
# wireguard-go.
readonly PLENTY=20000 PLENTY_BYTES=$((32 << 20))
HOLDER=t                                  # of MOVING

build_network() {
  local name
  for name in "${NAMESPACES[@]}"; do must netns_add "$name"; done
  for name in "${DIRECT[@]}"; do
    must netns_join "${NET[$name]}" "$name" wan gw "wan-$name"
    must in_ns "$name" ip addr add $MOVING/32 dev lo
  done
  for name in "${BEHIND_NAT[@]}"; do must netns_join "${NET[$name]}" "$name" wan nat "wan-$name"; done
  must netns_join $NAT_NET nat wan gw wan-nat
  for name in "${BEHIND_NAT[@]}"; do start_relay "$name"; done

  gateway gw ours gw 10.99.0.254/24 fd99::254/64
  gateway t ours t 10.99.0.1/24 fd99::1/64
  gateway w wireguard-go w 10.99.0.2/24 fd99::2/64
  gateway n ours n 10.99.0.3/24 fd99::3/64
  gateway m wireguard-go m 10.99.0.4/24 fd99::4/64
  GATEWAY[t.yaml]='tuning: {rekey-after-bytes: 64MiB}'
  describe_peers
  for name in "${PEERS[@]}"; do peer "$name" gw endpoint="$(gateway_seen_by "$name")" keepalive=10; done
  up gw
  for name in "${PEERS[@]}"; do
    up "$name"
    wait_for 20 ping_through "$name" gw 4 -c 1 -w 2 || fail "$name does not reach the gateway"
  done
}

# describe_peers: the gateway's view of its peers, with MOVING at its holder.
describe_peers() {
  local name
  GATEWAY[gw.peers]=
  for name in "${PEERS[@]}"; do peer gw "$name" allowed="$(prefixes "$name")"; done
}

prefixes() { # NAME
  local own
  own=$(inner4 "$1")/32,$(inner6 "$1")/128
  [ "$1" = "$HOLDER" ] && own+=,$MOVING/32
  echo "$own"
}

gateway_seen_by() { # NAME
  case $1 in
    w) echo "[$(outer6 "${NET[w]}" 2)]:$PORT" ;;
    *) echo "$(outer4 "${NET[$1]}" 2):$PORT" ;; # of n and m it is the relay
  esac
}

up() { # NAME
  gateway_up "$1"
  ip -n "$ID-$1" link set "$(device "$1")" txqueuelen $PLENTY
  [ "${GATEWAY[$1.kind]}" != wireguard-go ] || must "$ROOT/scripts/soak/widen.pl" "$(pid "$1")" $PLENTY_BYTES
  note_pids
}

# note_pids: for starved.pl.
note_pids() {
  local name
  for name in gw "${PEERS[@]}"; do [ -z "${GATEWAY[$name.pid]:-}" ] || echo "$name $(pid "$name")"; done >"$RUN/pids.new"
  mv "$RUN/pids.new" "$RUN/pids"
}

# ---- the relays ----

declare -A RELAY # pid by peer

start_relay() { # NAME
  start "relay-$1" nat perl "$ROOT/scripts/soak/relay.pl" "$(outer4 "${NET[$1]}" 2):$PORT" "$(outer4 $NAT_NET 2):$PORT" \
    "$RUN/relay-$1.command"
  RELAY[$1]=$STARTED
  wait_for 10 grep -q ready "$LOGS/relay-$1" || fail "no relay: $(tail -n 1 "$LOGS/relay-$1")"
}

tell_relay() { # NAME COMMAND
  echo "$2" >"$RUN/relay-$1.command"
  kill -USR1 "${RELAY[$1]}" || fail "the relay of $1 has ended"
}

# ---- pings ----

PINGERS=() # pid and start time of each

start_pings() {
  local name targets=()
  for name in "${PEERS[@]}"; do
    targets+=("gw-$name=$(inner4 "$name")")
    start_pinger "$name" "$name=$(inner4 gw)"
  done
  start_pinger gw "${targets[@]}" "gw-moving=$MOVING"
  start pings-starved gw perl "$ROOT/scripts/soak/starved.pl" "$RUN/pids"
  ln -sf "$LOGS/pings-starved" "$KEPT/pings-starved"
}

start_pinger() { # NAMESPACE TARGETS...
  local namespace=$1
  shift
  start "pings-$namespace" "$namespace" perl "$ROOT/scripts/soak/pinger.pl" 200 "$@"
  PINGERS+=("$STARTED $(process_start_time "$STARTED")")
  ln -sf "$LOGS/pings-$namespace" "$KEPT/pings-$namespace"
}

# end_pings: once every ping has its answer, or none for long enough.
end_pings() {
  local pinger
  for pinger in "${PINGERS[@]}"; do kill -TERM "${pinger% *}" 2>/dev/null; done
  for pinger in "${PINGERS[@]}"; do
    # shellcheck disable=SC2086 # two words
    wait_for 30 process_gone $pinger || fail 'a pinger does not end'
  done
}
