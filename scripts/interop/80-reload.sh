#!/bin/bash
# A running gateway takes another file: no packet of a peer that stays is lost, a bad file changes nothing, and the system
# looks as after a start with the new file. `80-reload.sh PATTERN` runs the cases whose name matches; RELOADS=N says how
# many follow each other under traffic.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

readonly RELOADS=${RELOADS:-200}
readonly OTHERS=8 # peers beside b
readonly RATE=150 # Mbit/s each way

# The other peers' keys. Some have a place where nobody is: handshakes go out and are not answered.
for ((i = 0; i < OTHERS; i++)); do
  OTHER[i]=$(wg genkey | wg pubkey)
done

# pair: two of ours, as wireguard-go's receive buffer overflows on a busy machine without any reload. Their session ends by
# no volume. The first address of a's subnet is one that goes.
pair() {
  GATEWAY[a.yaml]=$'tuning:\n  rekey-after-bytes: 1TiB'
  GATEWAY[b.yaml]=${GATEWAY[a.yaml]}
  gateway a ours a 10.99.0.1/24 fd99::1/64
  gateway b ours b 10.99.0.2/24 fd99::2/64
  peer a b endpoint="$(outer4 0 2):$PORT"
  peer b a endpoint="$(outer4 0 1):$PORT"
  gateway_up b
  GATEWAY[a.addresses]='10.99.0.250/24 10.99.0.1/24 fd99::1/64'
  gateway_up a
  GATEWAY[a.addresses]='10.99.0.1/24 fd99::1/64'
  must gw b ping -n -c 3 -i 0.2 10.99.0.1
}

yaml() { echo "$LOGS/$(device a).yaml"; }
log() { echo "$LOGS/$(device a).log"; }

# write_file ADDRESSES ROUTES PEERS...: b, and of the others those that are named as NUMBER=PREFIX[,PREFIX...]; the words
# after a plus sign are further lines of the peer.
write_file() {
  local addresses=$1 routes=$2 word number
  shift 2
  (
    umask 077
    exec >"$(yaml).new"
    cat <<YAML
interface:
  name: $(device a)
  private-key: ${GATEWAY[a.key]}
  address: [${addresses:+$addresses, }10.99.0.1/24, "fd99::1/64"]
  listen-port: ${LISTEN_PORT:-$PORT}
  mtu: ${WANTED_MTU:-$MTU}
  routes: [$routes]
tuning:
  rekey-after-bytes: 1TiB
peers:
  - name: b
    public-key: $(public b)
    endpoint: $(outer4 0 2):$PORT
    allowed-ips: [${B_PREFIXES:-10.99.0.2/32, "fd99::2/128"}]
    persistent-keepalive: off
YAML
    for word; do
      number=${word%%=*}
      printf -- '  - name: other%s%s\n    public-key: %s\n    allowed-ips: [%s]\n' \
        "$number" "$((RANDOM % 2))" "${OTHER[number]}" "${word#*=}"
      [ $((RANDOM % 2)) = 0 ] || printf '    endpoint: 198.18.0.9:%s\n' $((40000 + RANDOM % 3))
      [ $((RANDOM % 2)) = 0 ] || printf '    persistent-keepalive: %ss\n' $((1 + RANDOM % 3))
    done
  )
  mv "$(yaml).new" "$(yaml)"
}

# random_file: any peers but b's, any prefixes, any of some addresses and routes.
random_file() {
  local words=() owners=() i addresses='' routes=''
  for ((i = 0; i < OTHERS; i++)); do
    [ $((RANDOM % 2)) = 0 ] && owners+=("$i") && words[i]=$i=10.50.$i.0/24
  done
  for ((i = 0; i < 6 && ${#owners[@]} > 0; i++)); do
    words[owners[RANDOM % ${#owners[@]}]]+=",10.60.$i.0/24"
  done
  for i in 10.99.0.77/24 10.97.0.1/24 10.99.0.250/24; do
    [ $((RANDOM % 2)) = 0 ] && addresses+=${addresses:+, }$i
  done
  for i in 192.168.50.0/24 172.20.0.0/16 10.99.0.192/26; do
    [ $((RANDOM % 2)) = 0 ] && routes+=${routes:+, }$i
  done
  write_file "$addresses" "$routes" "${words[@]}"
}

reloaded() { # COUNT: so often
  [ "$(grep -c ' is reloaded' "$(log)")" -ge "$1" ]
}

many_reloads() {
  local i handshake lost pinger since POLL=0.01
  pair
  handshake=$(wg_field b a 5)
  start iperf-server.log a iperf3 -s -1
  sleep 0.3
  start iperf.log b iperf3 -c 10.99.0.1 -t 600 --bidir -b "${RATE}M" --forceflush -i 1 -f m
  start pings.log b perl "$ROOT/scripts/soak/pinger.pl" 10 a=10.99.0.1
  pinger=$STARTED since=$(process_start_time "$STARTED")
  sleep 1
  for ((i = 1; i <= RELOADS; i++)); do
    random_file
    kill -HUP "$(pid a)" || fail 'Taltun has ended'
    wait_for 10 reloaded "$i" || fail "reload $i is not made: $(tail -n 1 "$(log)")"
  done
  kill -TERM "$pinger"
  wait_for 20 process_gone "$pinger" "$since" # it waits for the answers still due
  ! grep -qE 'goes on as it was|broke off|Exception' "$(log)" || fail "$(grep -E 'goes on|broke|Exception' "$(log)" | head -n 1)"
  grep '^sum' "$LOGS/pings.log" | tail -n 1 | tee "$LOGS/verdict" >/dev/null
  lost=$(sed -n 's/.* lost=\([0-9]*\).*/\1/p' "$LOGS/verdict")
  [ "$lost" = 0 ] || fail "$(cat "$LOGS/verdict")"
  [ "$(rate)" -gt $RATE ] || fail "iperf3 carried $(rate) Mbit/s only"
  [ "$(wg_field b a 5)" = "$handshake" ] || fail 'the session with b began anew'
  note "$RELOADS reloads, pings: $(cut -d' ' -f3- "$LOGS/verdict"), iperf3: $(rate) Mbit/s both ways together"
  as_after_a_start
}

# rate: Mbit/s both ways together, the mean over the seconds.
rate() {
  awk '/TX-C|RX-C/ { n++; for (i = 2; i <= NF; i++) if ($i == "Mbits/sec") s += $(i - 1) } END { printf "%d", n ? 2 * s / n : 0 }' "$LOGS/iperf.log"
}

# as_after_a_start: the running gateway is told nothing new by its file, and addresses, routes and rules are those that a
# start with this file makes.
as_after_a_start() {
  must taltun_ctl a reload "$(device a)" --dry-run
  taltun_ctl a reload "$(device a)" --dry-run 2>&1 | grep -q 'nothing to change' || fail 'the file says something new'
  network >"$LOGS/after"
  stop "$(pid a)"
  start_taltun a up -c "$(yaml)"
  wait_for 20 taltun_is_up a || fail 'Taltun did not come up again'
  network >"$LOGS/before"
  diff "$LOGS/before" "$LOGS/after" >"$LOGS/different" || fail "unlike a start: $(grep '^[<>]' "$LOGS/different" | head -n 3 | tr '\n' ' ')"
}

# network: addresses, routes and rules. The order of equal ones, and which of two addresses is the second of its subnet,
# tell how they came.
network() {
  gw a sh -c "ip -o addr show dev $(device a); ip -4 route show table all; ip -6 route show table all; ip -4 rule; ip -6 rule" |
    sed -E 's/^[0-9]+: //; s/ secondary//; s/ src [0-9.]+//; s/ +/ /g' | sort
}

# ---- one file after another ----

addresses_and_routes() {
  pair
  write_file '10.97.0.1/24' '192.168.50.0/24, 10.99.0.192/26' 1=10.50.0.0/16
  must taltun_ctl a reload "$(device a)"
  as_after_a_start
  WANTED_MTU=1380 LISTEN_PORT=51999 write_file '' '172.20.0.0/16' 2=10.50.0.0/17,10.97.0.0/16
  must taltun_ctl a reload "$(device a)"
  [ "$(gw a cat "/sys/class/net/$(device a)/mtu")" = 1380 ] || fail 'the MTU is not 1380'
  gw a ss -Hanu 'sport = :51999' | grep -q . || fail 'the port is not 51999'
  # Who does not know the new port learns it from what comes from there.
  wait_for 5 ping_through a b 4 || fail 'the peer is not reached from the new port'
  must ping_through b a 4
  as_after_a_start
}

default_route() {
  pair
  must in_ns b ip addr add 203.0.113.1/32 dev lo
  B_PREFIXES='0.0.0.0/0, "::/0"' write_file '' ''
  must taltun_ctl a reload "$(device a)"
  must gw a ping -n -c 3 -i 0.2 -W 2 203.0.113.1
  as_after_a_start
  write_file '' ''
  must taltun_ctl a reload "$(device a)"
  must ping_through a b 4
  must_not gw a ping -n -c 1 -W 1 203.0.113.1
  as_after_a_start
  must in_ns b ip addr del 203.0.113.1/32 dev lo
}

# refused STATUS WORDS: a reload ends so, says so, and nothing has changed.
refused() {
  local status
  network >"$LOGS/before"
  taltun_ctl a reload "$(device a)" >"$LOGS/refused" 2>&1
  status=$?
  [ $status = "$1" ] || fail "exit status $status: $(tail -n 1 "$LOGS/refused")"
  grep -qF "$2" "$LOGS/refused" || fail "it says: $(head -n 1 "$LOGS/refused")"
  ! grep -qF "${GATEWAY[a.key]}" "$LOGS/refused" "$(log)" || fail 'it shows the key'
  network >"$LOGS/after"
  diff "$LOGS/before" "$LOGS/after" >"$LOGS/different" || fail "changed: $(grep '^[<>]' "$LOGS/different" | head -n 3 | tr '\n' ' ')"
  must ping_through b a 4
}

bad_file() {
  pair
  write_file '' ''
  must taltun_ctl a reload "$(device a)"
  write_file '10.97.0.1/33' '192.168.50.0/24' 1=10.50.0.0/16
  refused 2 "$(yaml):4:13: address:"
  kill -HUP "$(pid a)"
  wait_for 5 grep -q 'goes on as it was: 1 error' "$(log)" || fail 'SIGHUP says nothing'
  rm "$(yaml)"
  refused 2 "$(yaml)"
}

refused_by_the_system() {
  local holder
  pair
  write_file '' ''
  must taltun_ctl a reload "$(device a)"
  start port.log a perl -MIO::Socket::INET -e '
    my $socket = IO::Socket::INET->new(LocalPort => 51999, Proto => "udp") or die "$!\n"; $| = 1; print "bound\n"; sleep 600'
  holder=$STARTED
  wait_for 10 grep -q bound "$LOGS/port.log" || fail 'no port is taken'
  LISTEN_PORT=51999 write_file '10.97.0.1/24' '192.168.50.0/24' 1=10.50.0.0/16
  refused 1 51999
  stop "$holder"
  must in_ns a ip route add 10.50.0.0/16 dev wan
  LISTEN_PORT=51999 write_file '10.97.0.1/24' '192.168.50.0/24' 1=10.50.0.0/16
  refused 1 'cannot add route 10.50.0.0/16'
  must in_ns a ip route del 10.50.0.0/16 dev wan
  must taltun_ctl a reload "$(device a)"
  as_after_a_start
}

must ns_pair a b
taltun_case "reload: $RELOADS reloads under traffic lose no ping" many_reloads
taltun_case 'reload: addresses, routes, MTU and port' addresses_and_routes
taltun_case 'reload: a default route comes and goes' default_route
taltun_case 'reload: a bad file changes nothing' bad_file
taltun_case 'reload: what the system refuses is taken back' refused_by_the_system
finish
