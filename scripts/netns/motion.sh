# shellcheck shell=bash
# Pings that go on while something happens, counted by the kernel. Source it after lib.sh.

# counter NAMESPACE NAME: one of the kernel's.
counter() { in_ns "$1" nstat -asz "$2" | awk -v name="$2" '$1 == name { print $2 }'; }

# pings_in_motion NAMESPACE ADDRESS: one every 10 ms until end_pings counts them.
pings_in_motion() {
  SENT=$(counter "$1" IcmpOutEchos)
  RECEIVED=$(counter "$1" IcmpInEchoReps)
  start pings "$1" ping -n -q -i 0.01 "$2"
  PINGS=$STARTED
}

# end_pings NAMESPACE MOST_LOST: sets SENT. The kernel counts: what is on its way when ping ends is not lost.
end_pings() {
  kill -INT "$PINGS"
  wait "$PINGS"
  sleep 1
  SENT=$(($(counter "$1" IcmpOutEchos) - SENT))
  RECEIVED=$(($(counter "$1" IcmpInEchoReps) - RECEIVED))
  note "pings: $SENT sent, $((SENT - RECEIVED)) lost, $(grep -o 'mdev = .*' "$LOGS/pings") (min/avg/max/mdev)"
  [ "$SENT" -gt 0 ] && [ $((SENT - RECEIVED)) -le "$2" ] || fail "$((SENT - RECEIVED)) of $SENT pings lost"
}
