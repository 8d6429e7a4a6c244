#!/bin/bash
# A client gets what `taltun peer add` prints, and plain wg-quick connects it to a gateway whose file `taltun up` wrote, and
# through it to a LAN behind. `85-onboard.sh PATTERN` runs the cases whose name matches.
#
#   laptop 198.18.1.1 ─┐
#                      internet 198.18.3.1 ── 198.18.3.2 gw 198.18.4.1 ── 198.18.4.2 host       laptop and tablet: wg-quick
#   tablet 198.18.2.1 ─┘                                    (a LAN)
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

readonly LAN=198.18.4 FILE=/etc/taltun/peers.yaml
readonly PINGS_A_SECOND=50

# ---- the gateway's machine ----

# own_files: a process beside the gateway whose /etc can be written to, and whose /run and /var/lib are empty. What is
# written there is seen by whoever joins it, and goes with it: the machine's own gateway is not touched.
own_files() {
  start files.log gw unshare --mount sh -c 'set -e
    mount -t tmpfs none /mnt
    mkdir /mnt/upper /mnt/work
    mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc
    mount -t tmpfs none /var/lib
    mount -t tmpfs none /run
    rm -rf /etc/taltun
    echo ready
    exec sleep infinity'
  FILES=$STARTED
  wait_for 10 grep -q ready "$LOGS/files.log" || skip "no file system of its own: $(tail -n 1 "$LOGS/files.log")"
}

on_gw() { in_ns gw nsenter --target "$FILES" --mount "$@"; }

taltun() { on_gw timeout 60 "${TALTUN[@]}" "$@"; }

start_gateway() {
  start gateway.log gw nsenter --target "$FILES" --mount "${TALTUN[@]}" up
  GATEWAY_PID=$STARTED
  wait_for 30 gateway_is_up || fail "Taltun did not come up: $(tail -n 1 "$LOGS/gateway.log")"
}

gateway_is_up() {
  grep -q 'answers on' "$LOGS/gateway.log" && return 0
  [ -n "$(process_start_time "$GATEWAY_PID")" ] || fail "Taltun ended: $(tail -n 1 "$LOGS/gateway.log")"
  return 1
}

# add CLIENT OPTIONS...: what is printed goes to the client's file, what is said to $LOGS/CLIENT.said.
add() {
  local client=$1
  shift
  (umask 077 && taltun peer add "$client" --conf "$@" >"$(conf "$client")" 2>"$LOGS/$client.said") ||
    fail "peer add $client: $(tail -n 1 "$LOGS/$client.said")"
}

said() { # CLIENT WORDS
  grep -qF "$2" "$LOGS/$1.said" || fail "of $1 it said: $(cat "$LOGS/$1.said")"
}

# ---- the clients' machines ----

conf() { echo "$LOGS/$ID${1:0:1}.conf"; } # wg-quick names the device after it

connect() { # CLIENT
  echo "device $ID-$1 $ID${1:0:1}" >>"$MADE"
  in_ns "$1" env WG_QUICK_USERSPACE_IMPLEMENTATION=wireguard-go LOG_LEVEL=error timeout 60 \
    wg-quick up "$(conf "$1")" >>"$LOGS/$1.quick" 2>&1 || fail "wg-quick up: $(tail -n 1 "$LOGS/$1.quick")"
}

disconnect() { # CLIENT
  in_ns "$1" timeout 60 wg-quick down "$(conf "$1")" >>"$LOGS/$1.quick" 2>&1 ||
    fail "wg-quick down: $(tail -n 1 "$LOGS/$1.quick")"
}

reaches() { # CLIENT ADDRESS
  must in_ns "$1" timeout 30 ping -n -c 3 -i 0.2 -w 10 "$2"
}

# ---- cases ----

begin() {
  command -v wg-quick >/dev/null || skip 'there is no wg-quick'
  own_files
  must taltun up # writes the file
  must taltun check
  on_gw cat $FILE >"$LOGS/before"
}

# steady_pings COMMAND...: the laptop pings the host in the LAN meanwhile; none may get lost.
steady_pings() {
  local pinger since
  start pings.log laptop perl "$ROOT/scripts/soak/pinger.pl" $((1000 / PINGS_A_SECOND)) lan=$LAN.2
  pinger=$STARTED since=$(process_start_time "$STARTED")
  sleep 1
  "$@"
  sleep 1
  kill -TERM "$pinger"
  wait_for 20 process_gone "$pinger" "$since" # it waits for the answers still due
  grep '^sum' "$LOGS/pings.log" | tail -n 1 >"$LOGS/verdict"
  grep -q ' lost=0 ' "$LOGS/verdict" || fail "pings: $(cat "$LOGS/verdict")"
  note "pings: $(cut -d' ' -f3- "$LOGS/verdict")"
}

add_and_remove_tablet() {
  add tablet --allowed-ips "10.99.0.0/24,fd99::/64,$LAN.0/24"
  said tablet 'tal0 has the change'
  said tablet "warning: the client is told that this gateway is $(outer4 3 2):51820; behind a NAT give --endpoint"
  connect tablet
  reaches tablet 10.99.0.1
  reaches tablet fd99::1
  reaches tablet $LAN.2
  must taltun peer remove tablet
  # Its session goes with the peer: not one more packet.
  must_not in_ns tablet timeout 10 ping -n -c 3 -i 0.2 -W 1 10.99.0.1
  must_not taltun peer remove tablet
}

clients_come_and_go() {
  begin
  add laptop --endpoint "$(outer4 3 2)" --allowed-ips "10.99.0.0/24,fd99::/64,$LAN.0/24"
  said laptop "added laptop to $FILE with 10.99.0.2, fd99::2; tal0 does not run, start it with 'taltun up'"
  ! on_gw grep -qF "$(sed -n 's/^PrivateKey = //p' "$(conf laptop)")" $FILE || fail "the client's private key is in the file"
  start_gateway
  connect laptop
  reaches laptop 10.99.0.1
  reaches laptop fd99::1
  reaches laptop $LAN.2
  steady_pings add_and_remove_tablet
  taltun peer list >"$LOGS/list" || fail 'peer list failed'
  grep -Eq '^laptop +10.99.0.2/32, fd99::2/128 .*(now|ago)$' "$LOGS/list" || fail "peer list: $(tail -n 1 "$LOGS/list")"
  [ "$(taltun peer list --json | jq -r 'map(.name) | join(" ")')" = laptop ] || fail 'peer list --json'
  disconnect laptop
  must taltun peer remove laptop
  on_gw cmp -s $FILE - <"$LOGS/before" || fail 'the file is not as before the clients came'
}

full_tunnel() {
  command -v nft >/dev/null || command -v iptables >/dev/null || skip 'wg-quick needs nft or iptables for a default route'
  begin
  start_gateway
  add laptop --full-tunnel
  grep -qx 'AllowedIPs = 0.0.0.0/0, ::/0' "$(conf laptop)" || fail 'not everything goes into the tunnel'
  connect laptop
  reaches laptop $LAN.2
  [ "$(in_ns laptop ip -o route get $LAN.2 | grep -c "dev $ID"l)" = 1 ] || fail 'not through the tunnel'
  disconnect laptop
}

for namespace in laptop tablet internet gw host; do
  must netns_add $namespace
done
must netns_join 1 laptop wan internet first
must netns_join 2 tablet wan internet second
must netns_join 3 internet third gw wan
must netns_join 4 gw lan host wan
must in_ns laptop ip route add default via "$(outer4 1 2)"
must in_ns tablet ip route add default via "$(outer4 2 2)"
must in_ns gw ip route add default via "$(outer4 3 1)"
must in_ns host ip route add default via $LAN.1
must in_ns internet sysctl -qw net.ipv4.ip_forward=1
must in_ns gw sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
taltun_case 'onboard: wg-quick clients come and go, and reach the LAN behind the gateway' clients_come_and_go
taltun_case 'onboard: all of a client through the gateway' full_tunnel
finish
