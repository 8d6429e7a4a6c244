# shellcheck shell=bash
# A bar for what takes longer than two seconds. Source it.

# with_bar SECONDS COMMAND...: beside the command, where stderr is a terminal, a bar that is full after some SECONDS.
with_bar() {
  local seconds=$1 bar status
  shift
  [ -t 2 ] || { "$@"; return; }
  draw_bar "$seconds" $BASHPID &
  bar=$!
  "$@"
  status=$?
  kill $bar 2>/dev/null
  wait $bar 2>/dev/null
  printf '\r\033[K' >&2
  return $status
}

draw_bar() { # SECONDS PID: until that process has ended
  local tick full
  for ((tick = 5; ; tick++)); do
    sleep 0.2
    kill -0 "$2" 2>/dev/null || exit
    full=$((30 * tick / ($1 * 5)))
    [ $full -lt 30 ] || full=30
    printf '\r  [%s%s] %d s' "$(printf '%*s' $full '' | tr ' ' '#')" "$(printf '%*s' $((30 - full)) '' | tr ' ' .)" $((tick / 5)) >&2
  done
}
