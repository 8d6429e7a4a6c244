# shellcheck shell=bash
# The cases that every kind of peer goes through, with Taltun as gateway `a` and the peer as gateway `b`. Source it
# after gateways.sh; the script that does has made the namespaces, in which `wan` joins the two.

peer_cases() { # KIND
  local kind=$1 label=$1 outer
  [ "$kind" != ours ] || label='another Taltun'
  for outer in 4 6; do
    run_case "$label: Taltun initiates over IPv$outer" initiates "$kind" a b $outer
    run_case "$label: the peer initiates over IPv$outer" initiates "$kind" b a $outer
  done
  run_case "$label: preshared key" preshared_key "$kind"
  run_case "$label: wrong preshared key at the peer, then the right one" wrong_preshared_key "$kind" b a
  run_case "$label: wrong preshared key at Taltun, then the right one" wrong_preshared_key "$kind" a b
  run_case "$label: packets as large as the MTU, not a byte more" mtu_size "$kind"
  run_case "$label: 4000-byte pings in fragments" fragments "$kind"
  # Before there is TCP, whose leftovers a later tunnel would carry on.
  run_case "$label: Taltun sends persistent keepalives" keepalive "$kind" a b
  run_case "$label: the peer sends persistent keepalives" keepalive "$kind" b a
  run_case "$label: TCP both ways" tcp "$kind"
  run_case "$label: UDP both ways" udp "$kind"
  run_case "$label: Taltun's address moves" address_moves "$kind" a
  run_case "$label: the peer's address moves" address_moves "$kind" b
  run_case "$label: Taltun's port moves" port_moves "$kind" a b
  run_case "$label: the peer's port moves" port_moves "$kind" b a
  run_case "$label: wg show reads Taltun" wg_show "$kind"
}

# two_gateways KIND: a and b, not yet knowing each other, on the addresses that the cases begin with.
two_gateways() {
  gateway a ours a 10.99.0.1/24 fd99::1/64
  gateway b "$1" b 10.99.0.2/24 fd99::2/64
  wan_address a 1
  wan_address b 2
}

# wan_address NAME HOST: its outer addresses, whatever they were before. The guest's control address stays.
wan_address() {
  local old
  for old in $(gw "$1" ip -o addr show dev wan scope global | awk '{ print $4 }' | grep -v '^192\.168\.254\.'); do
    must gw "$1" ip addr del "$old" dev wan
  done
  must gw "$1" ip addr add "$(outer4 0 "$2")/24" dev wan
  must gw "$1" ip addr add "$(outer6 0 "$2")/64" dev wan nodad
}

endpoint_of() { # NAME 4|6
  local host=1
  [ "$1" = b ] && host=2
  case $2 in 4) echo "$(outer4 0 $host):$PORT" ;; 6) echo "[$(outer6 0 $host)]:$PORT" ;; esac
}

# joined KIND [OPTIONS...]: both up, a knows where b is, IPv4 outside. The options go to both peer entries.
joined() {
  two_gateways "$1"
  shift
  peer a b endpoint="$(endpoint_of b 4)" "$@"
  peer b a "$@"
  gateway_up b
  gateway_up a
}

# Only the side FROM knows an endpoint, so the handshake is its.
initiates() { # KIND FROM TO 4|6
  local from=$2 to=$3
  two_gateways "$1"
  peer "$from" "$to" endpoint="$(endpoint_of "$to" "$4")"
  peer "$to" "$from"
  gateway_up "$to"
  gateway_up "$from"
  must_not ping_through "$to" "$from" 4 -c 1 -w 1
  must ping_through "$from" "$to" 4
  must ping_through "$from" "$to" 6
  must ping_through "$to" "$from" 4
  must ping_through "$to" "$from" 6
}

preshared_key() {
  joined "$1" psk="$(wg genpsk)"
  must ping_through a b 4
  must ping_through b a 6
}

# The peer that is wrong has a key of its own; then it is told the other's.
wrong_preshared_key() { # KIND WRONG RIGHT
  local wrong=$2 right=$3 key
  key=$(wg genpsk)
  two_gateways "$1"
  peer "$right" "$wrong" endpoint="$(endpoint_of "$wrong" 4)" psk="$key"
  peer "$wrong" "$right" psk="$(wg genpsk)"
  gateway_up "$wrong"
  gateway_up "$right"
  must_not ping_through "$right" "$wrong" 4 -c 2 -w 2
  [ "$(wg_field "$right" "$wrong" 5)" = 0 ] || fail "a handshake in spite of different preshared keys"
  if takes_wg_set "$wrong"; then
    set_psk "$wrong" "$right" "$key"
  else
    stop "$(pid "$wrong")"
    GATEWAY[$wrong.peers]=
    peer "$wrong" "$right" psk="$key"
    gateway_up "$wrong"
  fi
  wait_for 15 ping_through "$right" "$wrong" 4 -c 1 -w 1 || fail "no traffic with the right key"
}

mtu_size() {
  local payload=$((MTU - 28)) output
  joined "$1"
  must ping_through a b 4 -M 'do' -s $payload
  must ping_through b a 4 -M 'do' -s $payload
  must ping_through a b 6 -M 'do' -s $((payload - 20))
  output=$(gw a ping -c 1 -W 1 -M 'do' -s $((payload + 1)) "$(inner4 b)" 2>&1) && fail "a packet over the MTU went through"
  case $output in *"mtu=$MTU"* | *"mtu = $MTU"*) ;; *) fail "no word of the MTU: $output" ;; esac
}

fragments() {
  joined "$1"
  must ping_through a b 4 -s 4000
  must ping_through b a 4 -s 4000
  must ping_through a b 6 -s 4000
}

tcp() {
  joined "$1"
  must ping_through a b 4
  arrived "bytes of TCP from Taltun" "$(iperf a b)"
  arrived "bytes of TCP to Taltun" "$(iperf a b -R)"
}

udp() {
  joined "$1"
  must ping_through a b 4
  arrived "UDP packets from Taltun" "$(iperf a b -u -b 10M -l 1300)"
  arrived "UDP packets to Taltun" "$(iperf a b -u -b 10M -l 1300 -R)"
}

arrived() { # WHAT COUNT
  [ "$2" -gt 0 ] 2>/dev/null || fail "no $1"
}

# While NAME pings, its host gets another address: the other side must follow what is authenticated.
address_moves() { # KIND NAME
  local name=$2 other=a host=12
  [ "$name" = a ] && other=b host=11
  joined "$1"
  must ping_through a b 4
  ping_while "$name" "$other" moved "$name" "$other" $host
  case $(wg_field "$other" "$name" 3) in
    "$(outer4 0 $host):$PORT") ;;
    *) fail "the endpoint is $(wg_field "$other" "$name" 3), not $(outer4 0 $host)" ;;
  esac
  must ping_through "$other" "$name" 4
}

moved() { # NAME OTHER HOST
  wan_address "$1" "$3"
  # wireguard-go keeps to a source address that is gone (ENETUNREACH since Linux 6.x) until it hears the endpoint again.
  [ "${GATEWAY[$1.kind]}" != wireguard-go ] || wg_set "$1" "$2" endpoint "$(endpoint_of "$2" 4)"
}

# Where the port of a running gateway cannot be changed, it starts anew with another one and initiates.
port_moves() { # KIND NAME OTHER
  local name=$2 other=$3
  joined "$1"
  must ping_through a b 4
  if takes_wg_set "$name"; then
    ping_while "$name" "$other" must gw "$name" wg set "$(device "$name")" listen-port 40404
  else
    stop "$(pid "$name")"
    GATEWAY[$name.port]=40404
    GATEWAY[$name.peers]=
    peer "$name" "$other" endpoint="$(endpoint_of "$other" 4)"
    gateway_up "$name"
    must ping_through "$name" "$other" 4
  fi
  case $(wg_field "$other" "$name" 3) in
    *:40404) ;;
    *) fail "the endpoint is $(wg_field "$other" "$name" 3), not port 40404" ;;
  esac
  must ping_through "$other" "$name" 4
}

# ping_while FROM TO COMMAND...: pings for six seconds, runs the command after the first; a fifth may get lost.
ping_while() {
  local from=$1 to=$2 received
  shift 2
  gw "$from" timeout 30 ping -n -c 30 -i 0.2 -W 2 "$(inner4 "$to")" >"$LOGS/ping-while-moving" 2>&1 &
  local pings=$!
  sleep 1
  "$@"
  wait $pings
  received=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$LOGS/ping-while-moving")
  [ "${received:-0}" -ge 24 ] || fail "only ${received:-0} of 30 pings came back"
}

# No packet inside: what FROM sends after the handshake is its keepalives, one a second.
keepalive() { # KIND FROM TO
  local from=$2 to=$3 before after
  two_gateways "$1"
  peer "$from" "$to" endpoint="$(endpoint_of "$to" 4)" keepalive=1
  peer "$to" "$from"
  gateway_up "$to"
  gateway_up "$from"
  wait_for 10 handshake_done "$to" "$from" || fail "no handshake without traffic"
  sleep 0.5
  before=$(wg_field "$to" "$from" 6)
  sleep 4
  after=$(wg_field "$to" "$from" 6)
  # 32 bytes each; kernels count them as they please, so bounds.
  [ $((after - before)) -ge 64 ] && [ $((after - before)) -le 320 ] || fail "$((after - before)) bytes in 4 s"
}

handshake_done() { [ "$(wg_field "$1" "$2" 5)" -gt 0 ]; } # NAME OTHER

wg_show() {
  local now handshake
  joined "$1"
  must ping_through a b 4
  now=$(date +%s)
  handshake=$(wg_field a b 5)
  [ $((now - handshake)) -ge 0 ] && [ $((now - handshake)) -le 10 ] || fail "latest handshake $handshake, now $now"
  [ "$(wg_field a b 3)" = "$(endpoint_of b 4)" ] || fail "endpoint $(wg_field a b 3)"
  [ "$(wg_field a b 4)" = '10.99.0.2/32,fd99::2/128' ] || fail "allowed-ips $(wg_field a b 4)"
  [ "$(wg_field a b 6)" -ge 252 ] && [ "$(wg_field a b 7)" -ge 252 ] || fail "transfer $(wg_field a b 6), $(wg_field a b 7)"
  [ "$(gw a wg show "$(device a)" public-key)" = "$(public a)" ] || fail "not our public key"
  [ "$(gw a wg show "$(device a)" listen-port)" = $PORT ] || fail "not our port"
}
