# shellcheck shell=bash
# One way to describe, start and command a WireGuard gateway, whatever runs it: Taltun, Taltun driven by wg,
# wireguard-go or a guest's kernel. Source it after lib.sh and, for the kernel, kernel-peer.sh.
#
#   gateway NAME KIND NAMESPACE ADDRESS...   KIND: ours, taltun-wg, wireguard-go, kernel; a fresh key; device $IDNAME
#   peer NAME OTHER [endpoint=IP:PORT] [psk=KEY] [keepalive=SECONDS] [allowed=PREFIX,...]
#   gateway_up NAME
#   gw NAME COMMAND...                       on the machine that the gateway runs on
#
# `ours` is Taltun unless TALTUN_KIND names another kind: so the harness itself can be tried out.

declare -A GATEWAY # NAME.kind .namespace .device .key .public .addresses .peers .pid
readonly PORT=51820 MTU=1420

gateway() {
  local name=$1 kind=$2
  [ "$kind" = ours ] && kind=${TALTUN_KIND:-taltun}
  GATEWAY[$name.kind]=$kind
  GATEWAY[$name.namespace]=$3
  GATEWAY[$name.device]=$ID$name
  GATEWAY[$name.key]=$(wg genkey)
  GATEWAY[$name.public]=$(wg pubkey <<<"${GATEWAY[$name.key]}")
  GATEWAY[$name.peers]=
  shift 3
  GATEWAY[$name.addresses]=$*
}

peer() {
  local name=$1 other=$2 endpoint=- psk=- keepalive=- allowed='' address word
  shift 2
  for address in ${GATEWAY[$other.addresses]}; do
    case $address in *:*) allowed+=,${address%/*}/128 ;; *) allowed+=,${address%/*}/32 ;; esac
  done
  for word; do
    case $word in
      endpoint=*) endpoint=${word#*=} ;;
      psk=*) psk=${word#*=} ;;
      keepalive=*) keepalive=${word#*=} ;;
      allowed=*) allowed=,${word#*=} ;;
      *) fail "peer: $word" ;;
    esac
  done
  GATEWAY[$name.peers]+="$other $endpoint $psk $keepalive ${allowed#,}"$'\n'
}

device() { echo "${GATEWAY[$1.device]}"; }
public() { echo "${GATEWAY[$1.public]}"; }
pid() { echo "${GATEWAY[$1.pid]}"; }
is_taltun() { [ "${GATEWAY[$1.kind]}" = taltun ]; }

gw() {
  local name=$1
  shift
  case ${GATEWAY[$name.kind]} in
    kernel) guest "$@" ;;
    *) in_ns "${GATEWAY[$name.namespace]}" "$@" ;;
  esac
}

gateway_up() { "up_${GATEWAY[$1.kind]//-/_}" "$1"; }

# ---- Taltun ----

up_taltun() {
  local name=$1 config
  config=$LOGS/$(device "$name").yaml
  (umask 077 && peers_yaml "$name" >"$config")
  start_taltun "$name" up -c "$config"
  wait_for 20 taltun_is_up "$name" || fail "Taltun did not come up: $(tail -n 1 "$LOGS/$(device "$name").log")"
}

start_taltun() { # NAME ARGS...
  local name=$1 log
  shift
  log=$LOGS/$(device "$name").log
  [ ! -e "$log" ] || mv "$log" "${log%.log}.earlier.log" # its "is up" is not this start's
  start "${log##*/}" "${GATEWAY[$name.namespace]}" "${TALTUN[@]}" "$@"
  GATEWAY[$name.pid]=$STARTED
}

# Ends the wait when the process has ended, too.
taltun_is_up() {
  grep -q 'is up' "$LOGS/$(device "$1").log" && return 0
  [ -n "$(process_start_time "$(pid "$1")")" ] || fail "Taltun ended: $(tail -n 1 "$LOGS/$(device "$1").log")"
  return 1
}

taltun_ctl() { # NAME ARGS...: a command of Taltun's in the gateway's namespace
  local name=$1
  shift
  in_ns "${GATEWAY[$name.namespace]}" timeout 20 "${TALTUN[@]}" "$@"
}

peers_yaml() { # NAME
  local name=$1 other endpoint psk keepalive allowed
  cat <<EOF
interface:
  name: $(device "$name")
  private-key: ${GATEWAY[$name.key]}
  address: [$(yaml_words "${GATEWAY[$name.addresses]}")]
  listen-port: ${GATEWAY[$name.port]:-$PORT}
  mtu: ${GATEWAY[$name.mtu]:-$MTU}
${GATEWAY[$name.yaml]:-}
peers:
EOF
  while read -r other endpoint psk keepalive allowed; do
    [ -n "$other" ] || continue
    echo "  - name: $other"
    echo "    public-key: $(public "$other")"
    [ "$psk" = - ] || echo "    preshared-key: $psk"
    [ "$endpoint" = - ] || echo "    endpoint: \"$endpoint\""
    echo "    allowed-ips: [$(yaml_words "${allowed//,/ }")]"
    [ "$keepalive" = - ] && echo '    persistent-keepalive: off' || echo "    persistent-keepalive: ${keepalive}s"
    [ -z "${GATEWAY[$name.$other.yaml]:-}" ] || echo "${GATEWAY[$name.$other.yaml]}"
  done <<<"${GATEWAY[$name.peers]}"
}

yaml_words() { # quoted, for the colons of IPv6
  printf '"%s", ' $1 | sed 's/, $//'
}

# ---- what wg configures: Taltun, wireguard-go and the kernel ----

up_taltun_wg() {
  local name=$1
  start_taltun "$name" wg -f "$(device "$name")"
  wait_for 30 gw "$name" wg show "$(device "$name")" ||
    fail "Taltun did not come up: $(tail -n 1 "$LOGS/$(device "$name").log")"
  configure_with_wg "$name"
}

up_wireguard_go() {
  local name=$1 device
  device=$(device "$name")
  start "$device.log" "${GATEWAY[$name.namespace]}" env LOG_LEVEL=error "${WIREGUARD_GO:-wireguard-go}" -f "$device"
  GATEWAY[$name.pid]=$STARTED
  wait_for 10 accepts_uapi "$name" || fail "wireguard-go did not come up"
  wait_for 10 gw "$name" wg show "$device" || fail "wireguard-go does not answer"
  configure_with_wg "$name"
}

# accepts_uapi NAME: its socket listens (__SO_ACCEPTCON). `wg` deletes a socket that is bound and does not listen yet.
accepts_uapi() {
  gw "$1" awk -v socket="/wireguard/$(device "$1").sock" '$4 == "00010000" && index($8, socket) { found = 1 }
    END { exit !found }' /proc/net/unix
}

up_kernel() {
  local name=$1 device
  device=$(device "$name")
  gw "$name" ip link del "$device" >/dev/null 2>&1
  must gw "$name" ip link add "$device" type wireguard
  configure_with_wg "$name"
}

configure_with_wg() {
  local name=$1 device address other endpoint psk keepalive allowed
  device=$(device "$name")
  must gw "$name" sh -c "umask 077; echo '$(wg_conf "$name" | base64 -w0)' | base64 -d >/tmp/$device.conf &&
    wg setconf $device /tmp/$device.conf; status=\$?; rm /tmp/$device.conf; exit \$status"
  for address in ${GATEWAY[$name.addresses]}; do
    case $address in
      *:*) must gw "$name" ip addr add "$address" dev "$device" nodad ;;
      *) must gw "$name" ip addr add "$address" dev "$device" ;;
    esac
  done
  must gw "$name" ip link set "$device" mtu $MTU up
  while read -r other endpoint psk keepalive allowed; do
    for address in ${allowed//,/ }; do
      must gw "$name" ip route replace "$address" dev "$device"
    done
  done <<<"${GATEWAY[$name.peers]}"
}

wg_conf() { # NAME
  local name=$1 other endpoint psk keepalive allowed
  printf '[Interface]\nPrivateKey = %s\nListenPort = %s\n' "${GATEWAY[$name.key]}" $PORT
  while read -r other endpoint psk keepalive allowed; do
    [ -n "$other" ] || continue
    printf '[Peer]\nPublicKey = %s\nAllowedIPs = %s\n' "$(public "$other")" "$allowed"
    [ "$psk" = - ] || echo "PresharedKey = $psk"
    [ "$endpoint" = - ] || echo "Endpoint = $endpoint"
    [ "$keepalive" = - ] || echo "PersistentKeepalive = $keepalive"
  done <<<"${GATEWAY[$name.peers]}"
}

# ---- questions ----

# wg_field NAME OTHER FIELD: a column of `wg show dump`: 3 endpoint, 4 allowed-ips, 5 latest handshake, 6 received,
# 7 sent.
wg_field() {
  gw "$1" wg show "$(device "$1")" dump | awk -F'\t' -v key="$(public "$2")" -v field="$3" '$1 == key { print $field }'
}

# wg_set NAME OTHER ARGS...: `wg set` of a peer.
wg_set() {
  local name=$1 other=$2
  shift 2
  must gw "$name" wg set "$(device "$name")" peer "$(public "$other")" "$@"
}

set_psk() { # NAME OTHER KEY
  gw "$1" sh -c "umask 077; echo '$3' >/tmp/$ID.psk; wg set $(device "$1") peer '$(public "$2")' \
    preshared-key /tmp/$ID.psk; status=\$?; rm /tmp/$ID.psk; exit \$status" >/dev/null || fail "wg set preshared-key failed"
}

# takes_wg_set NAME: whether settings can be changed with wg.
takes_wg_set() { gw "$1" wg set "$(device "$1")" listen-port $PORT >/dev/null 2>&1; }

# inner4/inner6 NAME: its address inside the tunnel.
inner4() { local a; for a in ${GATEWAY[$1.addresses]}; do case $a in *:*) ;; *) echo "${a%/*}" ;; esac; done; }
inner6() { local a; for a in ${GATEWAY[$1.addresses]}; do case $a in *:*) echo "${a%/*}" ;; esac; done; }
inner() { "inner$3" "$2"; } # FROM TO 4|6

# ---- traffic ----

# ping_through FROM TO 4|6 OPTIONS...: three quick pings unless the options say otherwise. They have ten seconds to come
# back (-w), as a machine under load may stall, and meanwhile ping sends more; but the first ones are those that must
# be answered, none may be lost.
ping_through() {
  local from=$1 to=$2 family=$3 output status seq answers
  shift 3
  output=$(gw "$from" timeout 30 ping "-$family" -n -c 3 -i 0.2 -w 10 "$@" "$("inner$family" "$to")" 2>&1)
  status=$?
  echo "$output" >>"$LOGS/ping"
  [ $status = 0 ] || return 1
  answers=$(grep -c 'icmp_seq=' <<<"$output")
  for ((seq = 1; seq <= answers; seq++)); do
    grep -q "icmp_seq=$seq " <<<"$output" || return 1
  done
}

# iperf FROM TO OPTIONS...: three seconds; prints the bytes (TCP) or packets (UDP) that arrived.
iperf() {
  local from=$1 to=$2 try json port=$((5201 + RANDOM % 1000))
  shift 2
  case ${GATEWAY[$to.kind]} in
    kernel) gw "$to" sh -c "timeout 60 iperf3 -s -1 -p $port >/dev/null 2>&1 &" ;;
    *) start iperf-server.log "${GATEWAY[$to.namespace]}" iperf3 -s -1 -p "$port" ;;
  esac
  for try in 1 2 3 4 5 6 7 8 9 10; do
    sleep 0.2
    json=$(gw "$from" timeout 30 iperf3 -c "$(inner4 "$to")" -p $port -J -t 3 "$@" 2>&1)
    # The exit status with -J is 0 whatever happened.
    jq -e '.error == null' <<<"$json" >/dev/null 2>&1 && break
  done
  echo "$json" >"$LOGS/iperf.json"
  jq '.end | if .sum.packets then .sum.packets - .sum.lost_packets else .sum_received.bytes end // 0' <<<"$json" \
    2>/dev/null || echo 0
}

# is_ours: whether the program under test is Taltun.
is_ours() { case ${TALTUN_KIND:-taltun} in taltun | taltun-wg) ;; *) return 1 ;; esac }

if is_ours; then
  . "$ROOT/scripts/lib/launch.sh"
  need_jdk && build_if_needed && taltun_command || fail 'Taltun could not be built'
fi

# taltun_case NAME FUNCTION ARGS...: run_case for what only Taltun does.
taltun_case() {
  if is_ours; then run_case "$@"; else skip_case "$1" "TALTUN_KIND is $TALTUN_KIND"; fi
}
