#!/bin/bash
# A new process takes a running gateway over while traffic flows. `88-takeover.sh PATTERN` runs the cases that match.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh
. ./motion.sh

readonly ROUNDS=5
readonly RATE=20M # of TCP beside the pings

# running_pair KIND: a, a Taltun, and b, of that kind, have a session.
running_pair() {
  local psk
  gateway a taltun a 10.99.0.1/24 fd99::1/64
  gateway b "$1" b 10.99.0.2/24 fd99::2/64
  psk=$(wg genpsk)
  peer a b endpoint="$(outer4 0 2):$PORT" psk="$psk"
  peer b a endpoint="$(outer4 0 1):$PORT" psk="$psk"
  gateway_up b
  gateway_up a
  must ping_through a b 4
  must ping_through a b 6
}

# next_process: starts one that takes a over, without waiting; sets NEXT to its pid.
next_process() {
  local name
  name=$(device a)
  NEXT_LOG=$name.next$((++NEXTS)).log
  start "$NEXT_LOG" a "${TALTUN[@]}" up -c "$LOGS/$name.yaml" --takeover
  NEXT=$STARTED
}
NEXTS=0

# taken_over: the new process runs the gateway, and the one before has ended with exit status 0.
taken_over() { # NAME
  local before since
  before=$(pid "$1")
  since=$(process_start_time "$before")
  next_process
  wait_for 20 grep -q 'answers on' "$LOGS/$NEXT_LOG" || fail "no takeover: $(tail -n 1 "$LOGS/$NEXT_LOG")"
  wait_for 5 process_gone "$before" "$since" || fail 'the process before still runs'
  wait "$before" || fail "the process before ended with exit status $?"
  GATEWAY[$1.pid]=$NEXT
}

# kernel_side: what the kernel knows of the device; a takeover leaves it alone.
kernel_side() { gw a sh -c "ip -o addr show $(device a); ip -o route show table all dev $(device a); ip rule"; }

# nothing_lost_here: of all that came to a, by either side, nothing was dropped in its kernel or in its gateway.
nothing_lost_here() {
  local drops
  drops=$(taltun_ctl a status "$(device a)" --json | jq -c .drops)
  [ "$drops" = '{}' ] || fail "the gateway dropped: $drops"
  [ "$(gw a cat "/sys/class/net/$(device a)/statistics/tx_dropped")" = 0 ] || fail "the device's queue was full"
}

gaps() { cat "$LOGS"/*.log | grep -o 'stood still for .*' | tr '\n' ';'; }

five_in_a_row() { # KIND
  local handshake round requests refused
  running_pair "$1"
  handshake=$(wg_field a b 5)
  kernel_side >"$LOGS/before"
  requests=$(counter a IcmpInEchos)
  refused=$(counter b UdpRcvbufErrors)
  start iperf-server.log b iperf3 -s -1
  sleep 0.3
  gw a timeout 60 iperf3 -c 10.99.0.2 -t 20 -b "$RATE" -J >"$LOGS/iperf.json" 2>&1 &
  IPERF=$!
  pings_in_motion b 10.99.0.1
  for ((round = 1; round <= ROUNDS; round++)); do
    sleep 1
    taken_over a
  done
  wait $IPERF
  nothing_lost_here
  # A peer whose own socket is full, as wireguard-go's when others have the CPU, loses what did not get lost here.
  end_pings b $(($(counter b UdpRcvbufErrors) - refused))
  requests=$(($(counter a IcmpInEchos) - requests))
  [ "$requests" = "$SENT" ] || fail "$requests of $SENT requests came through"
  note "TCP: $(jq -r '[.intervals[].sum.bits_per_second / 1e6 | floor] | "\(min) to \(max) Mbit/s, by the second"' "$LOGS/iperf.json"); $(gaps)"
  jq -e '.error == null and ([.intervals[].sum.bytes] | last) > 0' "$LOGS/iperf.json" >/dev/null || fail 'TCP stopped'
  [ "$(wg_field a b 5)" = "$handshake" ] || fail 'there was a handshake'
  ! grep -q 'is online' "$LOGS/$(device a)".next*.log || fail 'a peer was said to come that had never gone'
  kernel_side >"$LOGS/after"
  diff "$LOGS/before" "$LOGS/after" >"$LOGS/changed" || fail "the kernel's side changed: $(head -n 2 "$LOGS/changed" | tail -n 1)"
  stop "$(pid a)"
  [ -z "$(gw a ip link show "$(device a)" 2>/dev/null)" ] || fail 'the last process left the device'
}

# The file has a default route by now, for which the process before had neither mark nor rules.
default_route_comes() {
  local handshake config
  running_pair taltun
  handshake=$(wg_field a b 5)
  gw a ip rule >"$LOGS/before"
  config=$LOGS/$(device a).yaml
  sed -i 's|allowed-ips: .*|allowed-ips: ["0.0.0.0/0", "::/0"]|' "$config"
  pings_in_motion b 10.99.0.1
  taken_over a
  sleep 1
  end_pings b 0
  gw a ip rule | grep -q 'not from all fwmark' || fail 'there is no rule for the default route'
  must ping_through a b 4
  must gw a ping -n -c 1 -W 2 10.99.0.2
  [ "$(wg_field a b 5)" = "$handshake" ] || fail 'there was a handshake'
  stop "$(pid a)"
  gw a ip rule | diff "$LOGS/before" - >/dev/null || fail 'rules are left'
}

# The new process dies at many moments; whatever happens, a goes on, in one process or the other.
killed_in_the_middle() {
  local delay before lost=0
  running_pair taltun
  pings_in_motion b 10.99.0.1
  for delay in 0.3 0.5 0.6 0.7 0.75 0.8 0.85 0.9 0.95 1.0 1.1 1.2; do
    before=$(pid a)
    next_process
    sleep $delay
    kill -KILL "$NEXT" 2>/dev/null
    wait "$NEXT" 2>/dev/null
    sleep 0.5 # the process before may just be ending
    if [ -z "$(process_start_time "$before")" ]; then
      note "killed after $delay s: it had taken over already; started anew"
      lost=1
      gateway_up a
    fi
    must ping_through a b 4
    must answers a
  done
  [ $lost = 1 ] || end_pings b 5
}

answers() { taltun_ctl "$1" status "$(device "$1")" >/dev/null; } # NAME

# The new process has run already, and dies before the one before has ended: that goes on, with new sessions.
killed_as_it_runs() {
  local round before since came_back=0 times=0
  has_said_more() { [ "$(grep -c 'going on here' "$LOGS/$(device a).log")" -gt $came_back ] || goes_on_elsewhere; }
  goes_on_elsewhere() { grep -q 'goes on in process' "$LOGS/$(device a).log"; }
  running_pair taltun
  for ((round = 1; round <= 5; round++)); do
    before=$(pid a)
    since=$(process_start_time "$before")
    next_process
    wait_for 20 grep -q 'taken over' "$LOGS/$NEXT_LOG" || fail "no takeover: $(tail -n 1 "$LOGS/$NEXT_LOG")"
    kill -KILL "$NEXT" 2>/dev/null
    wait "$NEXT" 2>/dev/null
    wait_for 5 has_said_more || fail 'the process before says nothing'
    if goes_on_elsewhere; then
      wait_for 5 process_gone "$before" "$since" || fail 'the process before still runs'
      came_back=0 # in the log of the process that starts now
      gateway_up a
      must ping_through a b 4
    else
      came_back=$((came_back + 1))
      times=$((times + 1))
      # What goes on does not wait for the time between two handshakes.
      must ping_through a b 4 -W 1 -w 2
      must ping_through b a 4
      must answers a
    fi
  done
  note "$times of 5 times the process before went on"
}

wrong_version() {
  local before status
  running_pair wireguard-go
  before=$(pid a)
  # A process that greets with version 99.
  gw a timeout 10 perl -MSocket -e '
    socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; connect($s, pack_sockaddr_un($ARGV[0])) or die "connect: $!";
    my $name = $ARGV[1]; my $hello = pack("NNa*NN", 99, length($name), $name, 0, $$);
    syswrite($s, pack("CNa*", 0, length($hello), $hello)); local $/; print <$s>;' \
    "/run/taltun/$(device a).takeover" "$(device a)" >"$LOGS/refusal" 2>&1
  grep -qa 'version 99' "$LOGS/refusal" || fail "not refused: $(tr -d '\0' <"$LOGS/refusal")"
  grep -q 'was not taken over and goes on' "$LOGS/$(device a).log" || fail 'no word of it'
  must ping_through a b 4
}

nobody_there() {
  local status
  gateway a taltun a 10.99.0.1/24
  (umask 077 && peers_yaml a >"$LOGS/$(device a).yaml")
  taltun_ctl a up -c "$LOGS/$(device a).yaml" --takeover >"$LOGS/refused" 2>&1
  status=$?
  [ $status = 1 ] || fail "exit status $status"
  [ "$(wc -l <"$LOGS/refused")" = 1 ] || fail 'not one line'
}

must ns_pair a b
taltun_case 'takeover: five in a row under ping and TCP, with wireguard-go' five_in_a_row wireguard-go
taltun_case 'takeover: five in a row under ping and TCP, two Taltuns' five_in_a_row taltun
taltun_case 'takeover: a default route comes with it' default_route_comes
taltun_case 'takeover: the new process is killed in the middle' killed_in_the_middle
taltun_case 'takeover: the new process is killed as it begins to run' killed_as_it_runs
taltun_case 'takeover: another version is refused' wrong_version
taltun_case 'takeover: nobody runs the gateway' nobody_there
finish
