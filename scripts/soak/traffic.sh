# shellcheck shell=bash
# The traffic of soak.sh: through one peer after the other, for as long as the run. Source it after topology.sh. A turn is
# a line of $KEPT/traffic; a turn that a fault cuts is judged by scripts/soak/verdict.pl.

readonly TURN_S=8 BURST_S=3 CONTENT_PORT=7000

# run_traffic: to be started in the background.
run_traffic() {
  local name
  RANDOM=$((SEED + 1))
  for name in "${PEERS[@]}"; do serve_content "$name"; done
  while true; do
    for name in "${PEERS[@]}"; do
      iperf_turn "$name" tcp-up -t $TURN_S -b "${RATE}M"
      iperf_turn "$name" udp-down -t $TURN_S -b "${RATE}M" -u -l 1300 -R
      content_turn "$name" $((4 + RANDOM % 2 * 2))
      iperf_turn "$name" tcp-down -t $TURN_S -b "${RATE}M" -R
      iperf_turn "$name" udp-up -t $TURN_S -b "${RATE}M" -u -l 1300
    done
    for name in "${DIRECT[@]}"; do
      iperf_turn "$name" burst-up -t $BURST_S
      iperf_turn "$name" burst-down -t $BURST_S -R -P 4
      content_turn "$name" $((4 + RANDOM % 2 * 2))
    done
  done
}

serve_content() { # NAME
  ip netns exec "$ID-$1" perl "$ROOT/scripts/netns/exchange.pl" serve $CONTENT_PORT >/dev/null 2>&1 </dev/null &
}

turn_done() { # KIND NAME WHAT BEGIN_MS BYTES NOTE...
  local kind=$1 name=$2 what=$3 begin=$4 bytes=$5
  shift 5
  echo "$kind $name $what $begin $(now_ms) $bytes $*" >>"$KEPT/traffic"
}

# iperf_turn NAME WHAT OPTIONS...: between the gateway and a peer. The server may need a while on a busy machine.
iperf_turn() {
  local name=$1 what=$2 port=$((5201 + RANDOM % 1000)) begin server json='' bytes
  shift 2
  begin=$(now_ms)
  ip netns exec "$ID-$name" timeout 40 iperf3 -s -1 -p $port >/dev/null 2>&1 </dev/null &
  server=$!
  for _ in 1 2 3 4 5; do
    sleep 0.5
    json=$(in_ns gw timeout 30 iperf3 -c "$(inner4 "$name")" -p $port -J --connect-timeout 5000 "$@" 2>/dev/null)
    case $json in *'onnection refused'*) ;; *) break ;; esac
  done
  kill $server 2>/dev/null
  wait $server 2>/dev/null
  # The exit status with -J is 0 whatever happened.
  bytes=$(jq -r '.end | (.sum_received // .sum).bytes // 0 | floor' <<<"$json" 2>/dev/null)
  if jq -e '.error == null' <<<"$json" >/dev/null 2>&1 && [ "${bytes:-0}" -gt 0 ]; then
    turn_done iperf "$name" "$what" "$begin" "$bytes" ok
  else
    turn_done iperf "$name" "$what" "$begin" "${bytes:-0}" cut "$(jq -r '.error // "nothing arrived"' <<<"$json" 2>/dev/null)"
  fi
}

# content_turn NAME 4|6: up to 4 MiB, every byte compared.
content_turn() {
  local name=$1 begin bytes=$((RANDOM * 128 + 1)) output status note=ok
  begin=$(now_ms)
  output=$(TMPDIR=$RUN in_ns gw timeout 70 perl "$ROOT/scripts/netns/exchange.pl" check "$("inner$2" "$name")" $CONTENT_PORT $bytes \
    $RANDOM 2>&1)
  status=$?
  if [ $status != 0 ]; then
    case $output in *changed* | *SHA-256* | *'not sent'*) note=changed ;; *) note='cut' ;; esac
    bytes=0
  fi
  turn_done content "$name" "ipv$2" "$begin" $((2 * bytes)) $note "$(tail -n 1 <<<"$output")"
}
