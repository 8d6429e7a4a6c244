#!/bin/bash
# What a gateway tells: hooks, events in JSON, warnings of overflows, `taltun why`, and the status that redraws itself.
# `87-events.sh PATTERN` runs the cases that match.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

# pair YAML...: a is Taltun with that beside the rest, b the other side, which the tunnel leads to.
pair() {
  gateway a ours a 10.99.0.1/24 fd99::1/64
  gateway b wireguard-go b 10.99.0.2/24 fd99::2/64
  GATEWAY[a.yaml]=$*
  peer a b endpoint="$(outer4 0 2):$PORT"
  peer b a
  gateway_up b
}

# up_with ARGS...: starts a with options of `up`.
up_with() {
  (umask 077 && peers_yaml a >"$LOGS/$(device a).yaml")
  start_taltun a up -c "$LOGS/$(device a).yaml" "$@"
  wait_for 20 taltun_is_up a || fail "Taltun did not come up: $(tail -n 1 "$LOGS/$(device a).log")"
}

a_log() { cat "$LOGS/$(device a).log"; }
logged() { grep -qF -- "$1" "$LOGS/$(device a).log"; }

# told FILE NAME VALUE: what the hook that wrote FILE was told.
told() {
  grep -qxF "TALTUN_$2=$3" "$LOGS/$1" || fail "$1: TALTUN_$2 is not '$3' but '$(grep "^TALTUN_$2=" "$LOGS/$1")'"
}

hooks_and_events() {
  local write='env | grep ^TALTUN_ | sort'
  pair "hooks:
  on-up: \"$write >$LOGS/on-up; wg show ${ID}a >>$LOGS/on-up\"
  on-down: \"$write >$LOGS/on-down\"
  on-peer-online: [/bin/sh, -c, \"$write >$LOGS/on-peer-online.part; mv $LOGS/on-peer-online.part $LOGS/on-peer-online\"]
  on-peer-offline: \"$write >$LOGS/on-peer-offline.part; mv $LOGS/on-peer-offline.part $LOGS/on-peer-offline; exit 3\""
  up_with --log-format json
  wait_for 10 grep -q 'interface:' "$LOGS/on-up" || fail 'on-up did not run, or before the tunnel was up'
  told on-up EVENT up
  told on-up INTERFACE "$(device a)"
  told on-up ADDRESSES '10.99.0.1/24 fd99::1/64'

  must ping_through a b 4
  wait_for 10 test -s "$LOGS/on-peer-online" || fail 'on-peer-online did not run'
  told on-peer-online EVENT peer-online
  told on-peer-online PEER b
  told on-peer-online PEER_KEY "$(public b)"
  told on-peer-online ENDPOINT "$(outer4 0 2):$PORT"
  told on-peer-online ALLOWED_IPS '10.99.0.2/32 fd99::2/128'
  told on-peer-online REASON session

  wg_set a b remove
  wait_for 10 test -s "$LOGS/on-peer-offline" || fail 'on-peer-offline did not run'
  told on-peer-offline PEER b
  told on-peer-offline REASON removed
  wait_for 10 logged 'on-peer-offline for b: exit status 3' || fail 'no word of the hook that failed'

  kill -USR1 "$(pid a)"
  wait_for 10 logged 'control: initiations that wait' || fail 'SIGUSR1 brought no dump'
  stop "$(pid a)"
  told on-down EVENT down
  told on-down REASON stopped

  a_log | jq -es 'length > 5 and all(.time and .level and .source and .message and .interface)' >/dev/null ||
    fail 'a line of the log is not as it should be'
  a_log | jq -es --arg key "$(public b)" \
    'any(.event == "peer-online" and .peer == "b" and .public_key == $key and .reason == "session")' >/dev/null ||
    fail 'no event of the peer that came'
  a_log | jq -es 'any(.event == "peer-offline" and .peer == "b" and .reason == "removed" and (.online_seconds | type) == "number")' \
    >/dev/null || fail 'no event of the peer that went'
  ! a_log | grep -qF "${GATEWAY[a.key]}" || fail 'the private key is in the log'
}

hook_that_fails() {
  local status
  pair 'hooks: {on-up: "echo no firewall here >&2; exit 7", on-down: "touch '"$LOGS"'/went-down"}'
  (umask 077 && peers_yaml a >"$LOGS/$(device a).yaml")
  taltun_ctl a up -c "$LOGS/$(device a).yaml" >"$LOGS/refused" 2>&1
  status=$?
  [ $status = 1 ] || fail "exit status $status"
  tail -n 1 "$LOGS/refused" | grep -qF "taltun up: on-up: exit status 7: no firewall here; $(device a) is taken down again" ||
    fail "it said: $(tail -n 1 "$LOGS/refused")"
  must_not gw a ip link show "$(device a)"
  [ ! -e "$LOGS/went-down" ] || fail 'on-down ran although the gateway was not up'
}

gone() { [ -z "$(process_start_time "$1")" ]; } # PID

hook_that_hangs() {
  pair "hooks: {on-peer-online: \"sleep 300 & echo \$! >$LOGS/child; wait\", timeout: 1s}"
  up_with
  must ping_through a b 4
  wait_for 20 logged 'on-peer-online for b: ended after 1 s' || fail 'the hook was not ended'
  wait_for 5 gone "$(cat "$LOGS/child")" || fail 'its child runs on'
  must ping_through a b 4
}

# answer ADDRESS WORDS: what `taltun why` comes to.
answer() {
  local output
  output=$(taltun_ctl a why "$1" "$(device a)" 2>&1) || fail "why $1: $output"
  echo "$output" >>"$LOGS/why"
  tail -n 1 <<<"$output" | grep -qF -- "$2" || fail "why $1 came to: $(tail -n 1 <<<"$output")"
}

why() {
  pair
  gateway c wireguard-go b 10.99.0.3/24
  gateway d wireguard-go b 10.99.0.4/24 fd99::4/64
  gateway e wireguard-go b 10.99.0.5/24
  peer a c
  peer a d endpoint="$(outer4 0 77):$PORT"
  peer a e endpoint="nowhere.invalid:$PORT"
  GATEWAY[a.peers]=${GATEWAY[a.peers]/fd99::2\/128/fd99::2\/128,192.0.2.0\/24}
  gateway_up a
  must ping_through a b 4
  answer 10.99.0.1 "is $(device a)'s own address"
  answer fd99::1 "is $(device a)'s own address"
  answer 10.99.0.2 "it goes to peer b at $(outer4 0 2):$PORT under a session of"
  answer fd99::2 "it goes to peer b at $(outer4 0 2):$PORT under a session of"
  answer 10.99.0.99 'the kernel sends it to '
  answer 198.18.0.2 'no peer has it in its allowed-ips, and the kernel sends it by wan'
  answer 10.99.0.3 'it has to call first'
  answer 10.99.0.5 "name does not resolve: check nowhere.invalid"
  gw a ip route add 192.0.2.7/32 via "$(outer4 0 2)" dev wan
  answer 192.0.2.8 'it goes to peer b'
  answer 192.0.2.7 'peer b has it, but the kernel sends it by wan'
  gw a ip route add blackhole 203.0.113.0/24
  answer 203.0.113.1 '(blackhole)'
  gw a ping -c 1 -W 1 10.99.0.4 >/dev/null 2>&1
  wait_for 20 unanswered || fail "no word of the peer that does not answer: $(tail -n 1 "$LOGS/why")"
  taltun_ctl a why 10.99.0.4 "$(device a)" --json | jq -e '.peer.name == "d" and .peer.unanswered >= 2 and .route.device == .device' \
    >/dev/null || fail 'the JSON is not as it should be'
  must gw a ip link set "$(device a)" down
  wait_for 10 down_is_told || fail 'no word of the link that is down'
}

unanswered() {
  taltun_ctl a why fd99::4 "$(device a)" >"$LOGS/unanswered" && grep -q 'has not answered [0-9]* initiations at' "$LOGS/unanswered"
}

down_is_told() { taltun_ctl a why 10.99.0.2 "$(device a)" | grep -q "is down: bring it up"; }

overflows() {
  pair 'tuning: {tun-queue: 16, receive-buffer: 64KiB}'
  gateway_up a
  must ping_through a b 4
  [ "$(gw a cat "/sys/class/net/$(device a)/tx_queue_len" 2>/dev/null || echo 16)" = 16 ] || fail 'the queue has another length'
  kill -STOP "$(pid a)"
  gw a ping -q -f -c 300 -s 1200 -W 1 -w 3 10.99.0.2 >/dev/null 2>&1
  gw b ping -q -f -c 600 -s 1200 -W 1 -w 3 10.99.0.1 >/dev/null 2>&1
  kill -CONT "$(pid a)"
  wait_for 10 logged "the device's queue is full; raise \`tuning: tun-queue\`" || fail 'no word of the full queue'
  wait_for 10 logged "receive buffers are full; raise \`tuning: receive-buffer\`" || fail 'no word of the full buffer'
  must ping_through a b 4
}

# drawn TEXT COUNT: whether so many lines of the screen's recording have the text.
drawn() { [ "$(grep -acF -- "$1" "$LOGS/screen")" -ge "$2" ]; }

watched() {
  command -v script >/dev/null || skip 'script(1) is missing'
  local watcher before plain
  pair
  gateway_up a
  must ping_through a b 4
  start watch.log a env TERM=xterm script -qfec \
    "stty rows 20 cols 100; exec $(printf '%q ' "${TALTUN[@]}") status --watch --interval 0.3 $(device a)" "$LOGS/screen"
  watcher=$STARTED
  wait_for 30 drawn 'IN/S' 3 || fail 'it was not drawn three times'
  drawn $'\e[?1049h' 1 || fail 'not on a screen of its own'
  stop "$(pid a)"
  wait_for 10 drawn 'does not answer; waiting until it is back' 1 || fail 'no word of the gateway that went'
  before=$(grep -acF 'peers 1' "$LOGS/screen")
  gateway_up a
  wait_for 10 drawn 'peers 1' $((before + 2)) || fail 'no word of the gateway that came back'
  pkill -INT -P "$watcher" || fail 'the watch ended early'
  wait_for 10 gone "$watcher" || fail 'Ctrl-C did not end it'
  drawn $'\e[?1049l' 1 || fail 'the screen was not given back'
  plain=$(taltun_ctl a status --watch --interval 0.3 "$(device a)" 2>/dev/null | head -n 20)
  [ "$(grep -c 'PEER  *STATE' <<<"$plain")" -ge 2 ] || fail 'no tables without a terminal'
}

must ns_pair a b
taltun_case 'events: hooks and JSON' hooks_and_events
taltun_case 'events: a gateway ends when on-up fails' hook_that_fails
taltun_case 'events: a hook that hangs is ended' hook_that_hangs
taltun_case 'why: an answer for each case' why
taltun_case 'overflows: a warning names the knob' overflows
taltun_case 'status --watch: redraws and gives the screen back' watched
finish
