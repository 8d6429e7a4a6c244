#!/bin/bash
# Nothing of a gateway stays, whenever it is ended: at any moment of its start, during reloads, and after `kill -9`, when
# the next one has come and gone. `81-leftovers.sh PATTERN` runs the cases whose name matches; MOMENTS=N says at how many
# moments of a start, evenly apart.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

readonly MOMENTS=${MOMENTS:-12}

# traces: whatever a gateway may leave behind. Kernel settings of a device go with it.
traces() {
  gw a sh -c 'ip -o link; ip -o addr; ip -4 route show table all; ip -6 route show table all; ip -4 rule; ip -6 rule
    ss -Hanu; command -v nft >/dev/null && nft list ruleset'
  ls -A /run/wireguard /run/taltun 2>/dev/null | grep -F "$(device a)"
}

settled() { ! gw a ip addr show tentative | grep -q inet6; }

# nobody: a gateway with everything that can stay: addresses, routes, rules, an address as its peer's place.
nobody() {
  gateway a ours a 10.99.0.1/24 fd99::1/64
  gateway b ours b 10.99.0.2/24 fd99::2/64
  GATEWAY[a.yaml]='  routes: [192.168.50.0/24]'
  peer a b endpoint="$(outer4 0 2):$PORT" allowed=0.0.0.0/0,::/0
  (umask 077 && peers_yaml a >"$(yaml)")
  wait_for 5 settled
  # What the first start sets for good: net.ipv4.conf.all.src_valid_mark is no trace.
  traces >"$LOGS/before"
}

yaml() { echo "$LOGS/$(device a).yaml"; }
log() { echo "$LOGS/$(device a).log"; }

launch() { start_taltun a up -c "$(yaml)" --state-dir "$LOGS/state"; SINCE=$(process_start_time "$(pid a)"); }

nothing_left() { # WHEN
  traces >"$LOGS/after"
  diff "$LOGS/before" "$LOGS/after" >"$LOGS/left" || fail "$1, left behind: $(grep '^[<>]' "$LOGS/left" | head -n 3 | tr '\n' ' ')"
}

# start_takes: ms from the process's start to the last thing that a start does, in MS.
start_takes() {
  local began=${EPOCHREALTIME/[.,]/}
  launch
  wait_for 20 grep -q 'answers on' "$(log)" || fail "Taltun did not come up: $(tail -n 1 "$(log)")"
  MS=$(((${EPOCHREALTIME/[.,]/} - began) / 1000))
  end_with TERM 0
}

# end_with SIGNAL STATUS...: it ends within ten seconds, with one of these.
end_with() {
  local signal=$1 status
  shift
  kill "-$signal" "$(pid a)" 2>/dev/null
  wait_for 10 process_gone "$(pid a)" "$SINCE" || fail "still running ten seconds after SIG$signal"
  wait "$(pid a)"
  status=$?
  case " $* " in *" $status "*) ;; *) fail "exit status $status: $(tail -n 1 "$(log)")" ;; esac
}

# each_moment FUNCTION: with a delay in seconds, over all of a start and a bit more.
each_moment() {
  local i at MS
  nobody
  start_takes
  nothing_left 'a start and an end'
  for ((i = 0; i <= MOMENTS; i++)); do
    at=$(((MS + 100) * i / MOMENTS))
    "$1" "$(printf '%d.%03d' $((at / 1000)) $((at % 1000)))"
  done
  note "$MOMENTS moments of a start that takes $MS ms"
}

# Before the program can listen to signals the JVM ends with 143, as any process.
terminated() {
  launch
  sleep "$1"
  end_with TERM 0 143
  nothing_left "SIGTERM after $1 s"
  ! grep -qE 'Exception|cannot take back' "$(log)" || fail "SIGTERM after $1 s: $(grep -E 'Exception|cannot' "$(log)" | head -n 1)"
}

killed() {
  launch
  sleep "$1"
  end_with KILL 137 2>/dev/null # where bash tells of each
}

# The rules of a killed gateway are the next one's to clean up, and all the others went with the process.
killed_at_each_moment() {
  local MS
  each_moment killed
  launch
  wait_for 20 grep -q 'answers on' "$(log)" || fail "Taltun did not come up: $(tail -n 1 "$(log)")"
  end_with TERM 0
  nothing_left 'kill -9 at every moment, up and an end'
}

# The second file has other rules, addresses and routes; SIGTERM comes while they are being changed.
reloaded_and_terminated() {
  local i
  nobody
  cp -p "$(yaml)" "$LOGS/first.yaml"
  sed -E 's/^( *fwmark:.*)$//; s/10\.99\.0\.1\/24/10.98.0.1\/24/; s/192\.168\.50/192.168.51/; s/"0\.0\.0\.0\/0", "::\/0"/10.99.0.2\/32/' "$LOGS/first.yaml" >"$LOGS/second.yaml"
  chmod 600 "$LOGS/second.yaml"
  for i in 0 1 2 4 8 16 32; do
    cp "$LOGS/first.yaml" "$(yaml)"
    launch
    wait_for 20 grep -q 'answers on' "$(log)" || fail "Taltun did not come up: $(tail -n 1 "$(log)")"
    cp "$LOGS/second.yaml" "$(yaml)"
    kill -HUP "$(pid a)"
    sleep "0.0$(printf '%02d' $i)"
    end_with TERM 0
    nothing_left "SIGHUP and $i ms later SIGTERM"
  done
}

must ns_pair a b
taltun_case 'leftovers: SIGTERM at every moment of a start' each_moment terminated
taltun_case 'leftovers: kill -9 at every moment of a start, and the next one' killed_at_each_moment
taltun_case 'leftovers: SIGTERM during a reload' reloaded_and_terminated
finish
