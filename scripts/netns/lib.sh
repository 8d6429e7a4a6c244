# shellcheck shell=bash
# Namespaces, processes and test cases for scripts that need a network of their own. Source it (root, bash, iproute2).
#
# Everything that is made is noted in a file and taken away again on every way out: at the end of the case that made it,
# or when the script ends or is interrupted. Only processes started here are ever signalled.
set -u -o pipefail

ROOT=$(readlink -f "${BASH_SOURCE[0]}") && ROOT=${ROOT%/*/*/*} || exit 1
ID=tt$$ # unique to this run; namespaces and devices are $ID-NAME and $IDNAME
RUN=$(mktemp -d "${TMPDIR:-/tmp}/taltun.XXXXXX") || exit 1
LOGS=$RUN # of the running case
MADE=$RUN/made
: >"$MADE"
export STATE_DIRECTORY=$RUN/state # of the Taltuns started here, not the machine's
PASSED=0 FAILED=0 SKIPPED=0
POLL=0.05 # seconds between two looks of wait_for
PATIENCE=1 # how often it waits as long as it is told to: more beside other work

# ---- what was made, and how it goes away ----

leave() {
  local status=$?
  trap '' INT TERM HUP PIPE
  case $status in
    0 | 129 | 130 | 141 | 143) ;;
    *) [ $FAILED != 0 ] || result failed "FAIL  ${0##*/}: $(cat "$RUN/reason" 2>/dev/null || echo "ended with $status")" ;;
  esac
  clean_to 0
  if [ $FAILED = 0 ]; then rm -rf --one-file-system "$RUN"; else note "the logs are kept in $RUN"; fi
  exit $status
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
trap 'exit 141' PIPE # whoever read our output has gone: `… | head`

note() { echo "    $*"; }

# clean_to N: takes away what was made after the first N notes, the newest first.
clean_to() {
  local kind what rest
  while read -r kind what rest; do
    case $kind in
      process) stop_process "$what" "$rest" ;;
      device) ip -n "$what" link del "$rest" 2>/dev/null ;;
      file) rm -f "$what" ;;
      mount) umount "$what" || umount -l "$what" ;;
      namespace) ip netns del "$what" 2>/dev/null ;;
    esac
  done < <(tail -n "+$(($1 + 1))" "$MADE" | tac)
  head -n "$1" "$MADE" >"$MADE.kept" && mv "$MADE.kept" "$MADE"
}

# process_start_time PID: clock ticks since boot, nothing when it is gone or a zombie. With the pid it names a process
# for good: a pid alone may have been given to somebody else.
process_start_time() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- ${stat##*) }
  [ "$1" != Z ] && echo "${20}"
}

runs() { [ "$(process_start_time "$1")" = "$2" ]; } # PID START_TIME

stop_process() { # PID START_TIME
  runs "$1" "$2" || return 0
  kill -TERM "$1" 2>/dev/null
  wait_for 5 process_gone "$1" "$2" || kill -KILL "$1" 2>/dev/null
  wait "$1" 2>/dev/null
  return 0
}

process_gone() { ! runs "$1" "$2"; }

# start LOG NAMESPACE COMMAND...: in the background, output to $LOGS/LOG; sets STARTED to its pid.
start() {
  local log=$LOGS/$1 ns=$ID-$2
  shift 2
  # Not in_ns: a function in the background is a shell of its own, and its pid the shell's. What a script starts in the
  # background ignores SIGINT unless told otherwise.
  ip netns exec "$ns" env --default-signal=INT "$@" >>"$log" 2>&1 </dev/null &
  STARTED=$!
  echo "process $STARTED $(process_start_time $STARTED)" >>"$MADE"
}

# stop PID: ends one that was started here, and waits for it.
stop() {
  local kind pid since
  while read -r kind pid since; do
    [ "$kind $pid" = "process $1" ] && stop_process "$pid" "$since"
  done <"$MADE"
  return 0
}

# wait_for SECONDS COMMAND...: polls until the command succeeds; 1 when the time is over.
wait_for() {
  local end=$((SECONDS + $1 * PATIENCE))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep "$POLL"
  done
}

# ---- namespaces ----

netns_add() { # NAME
  ip netns add "$ID-$1" || return 1
  echo "namespace $ID-$1" >>"$MADE"
  ip -n "$ID-$1" link set lo up
  # A router would hide a relay that does not work.
  in_ns "$1" sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
}

in_ns() { # NAME COMMAND...
  local ns=$ID-$1
  shift
  ip netns exec "$ns" "$@"
}

# netns_join NET A DEVICE B DEVICE: a veth between two namespaces. A gets outer4 NET 1, B gets outer4 NET 2.
netns_join() {
  ip link add "$3" netns "$ID-$2" type veth peer name "$5" netns "$ID-$4" || return 1
  outer_addresses "$2" "$3" "$1" 1
  outer_addresses "$4" "$5" "$1" 2
}

# ns_pair A B: two namespaces joined by a veth named wan in both.
ns_pair() { netns_add "$1" && netns_add "$2" && netns_join 0 "$1" wan "$2" wan; }

outer4() { echo "198.18.$1.$2"; } # NET HOST
outer6() { echo "2001:db8:$1::$2"; }

outer_addresses() { # NAMESPACE DEVICE NET HOST: these and no others
  ip -n "$ID-$1" addr flush dev "$2" scope global
  ip -n "$ID-$1" addr add "$(outer4 "$3" "$4")/24" dev "$2"
  ip -n "$ID-$1" addr add "$(outer6 "$3" "$4")/64" dev "$2" nodad
  ip -n "$ID-$1" link set "$2" up
}

# ---- cases ----

ONLY=${1:-*} # a pattern of case names, to run some of a script

# run_case NAME FUNCTION ARGS...: runs it in a subshell, in which `fail` ends the case, and cleans up after it.
run_case() {
  local name=$1 made began=$SECONDS
  shift
  case $name in $ONLY) ;; *) return 0 ;; esac
  made=$(wc -l <"$MADE")
  LOGS=$RUN/$((PASSED + FAILED + SKIPPED + 1))
  mkdir -p "$LOGS"
  ("$@")
  case $? in
    0) result passed "ok    $name ($((SECONDS - began)) s)" ;;
    77) result skipped "skip  $name: $(cat "$LOGS/reason")" ;;
    *)
      result failed "FAIL  $name: $(cat "$LOGS/reason" 2>/dev/null || echo 'ended early')"
      show_logs
      ;;
  esac
  LOGS=$RUN
  clean_to "$made"
}

skip_case() { # NAME REASON
  case $1 in $ONLY) result skipped "skip  $1: $2" ;; esac
}

result() { # passed|failed|skipped LINE
  case $1 in passed) PASSED=$((PASSED + 1)) ;; failed) FAILED=$((FAILED + 1)) ;; skipped) SKIPPED=$((SKIPPED + 1)) ;; esac
  [ -z "${TALTUN_RESULTS:-}" ] || echo "$1" >>"$TALTUN_RESULTS"
  echo "$2"
}

# fail/skip REASON: ends the running case (fail outside of a case: the script).
fail() { echo "$*" >"$LOGS/reason"; exit 1; }
skip() { echo "$*" >"$LOGS/reason"; exit 77; }

# must COMMAND...: the case fails with the command and its last line when the command does.
must() {
  local output
  output=$("$@" 2>&1) || fail "$* failed${output:+: $(tail -n 1 <<<"$output")}"
}

# must_not COMMAND...: the case fails when the command succeeds.
must_not() { ! "$@" >/dev/null 2>&1 || fail "it should not have succeeded: $*"; }

show_logs() {
  local log
  for log in "$LOGS"/*; do
    case ${log##*/} in reason | before | after | *.yaml | *.conf | *.key | *.json) continue ;; esac
    [ -s "$log" ] || continue
    note "--- $log"
    grep -v '[│┌└]' "$log" | tail -n 15 | cut -c 1-300 | sed 's/^/    /'
  done
}

# finish: the exit status of a script of cases.
finish() { [ $FAILED = 0 ]; exit; }

[ "$(id -u)" = 0 ] || { skip_case "${0##*/}" 'needs root'; finish; }
