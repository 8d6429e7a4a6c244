#!/bin/bash
# What a gateway learned survives its end, however it ends. `85-state.sh PATTERN` runs the cases whose name matches.
#
#   a 198.18.1.1 ── 198.18.1.2 nat 198.18.2.1 ── 198.18.2.2 b      nat masquerades; b has no route to a's network
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

# known_to_b KIND: a, of that kind and behind the NAT, spoke to b, a Taltun that was never told where a is.
known_to_b() {
  command -v nft >/dev/null || skip 'there is no nft'
  in_ns nat nft list ruleset >/dev/null 2>&1 || skip 'the kernel has no nf_tables'
  gateway a "$1" a 10.99.0.1/24 fd99::1/64
  gateway b taltun b 10.99.0.2/24 fd99::2/64
  peer a b endpoint="$(outer4 2 2):$PORT"
  peer b a
  in_ns nat nft flush ruleset
  must in_ns nat nft 'add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; }
    add rule ip nat post oifname outside masquerade random'
  # A mapping that lasts while the gateway is away, whatever this machine is busy with.
  must in_ns nat sysctl -qw net.netfilter.nf_conntrack_udp_timeout=300 net.netfilter.nf_conntrack_udp_timeout_stream=300
  rm -f "$(state_file)" # of the case before
  gateway_up b
  gateway_up a
  must ping_through a b 4
  must wait_for 10 kept_on_disk
}

state_file() { echo "$STATE_DIRECTORY/$(device b).state"; }

# What was learned is on the disk a second later: behind the header of 16 bytes one record of a peer, 79 bytes, or more
# (place and label may come in one). A label that was sent alone is 21 bytes.
kept_on_disk() { [ "$(stat -c %s "$(state_file)" 2>/dev/null || echo 0)" -ge $((16 + 79)) ]; }

kill_b() {
  kill -KILL "$(pid b)"
  wait "$(pid b)" 2>/dev/null
}

# The peer's own timers must not be what helps: b speaks first, right after its start.
speaks_first() { # KIND OF A
  known_to_b "$1"
  kill_b
  gateway_up b
  must ping_through b a 4
}

after_term() { # KIND OF A
  known_to_b "$1"
  stop "$(pid b)"
  gateway_up b
  must ping_through b a 4
}

torn_file() {
  known_to_b wireguard-go
  kill_b
  printf 'torn' >>"$(state_file)"
  gateway_up b
  must ping_through b a 4
  grep -q 'is damaged from byte' "$LOGS/$(device b).log" || fail 'no word of the damage'
}

without_file() {
  known_to_b wireguard-go
  kill_b
  rm "$(state_file)"
  gateway_up b
  must_not ping_through b a 4 -c 1 -w 1 # the case before this one shows the file's work, not the timers'
}

read_only_folder() {
  local folder=$STATE_DIRECTORY
  mkdir -p "$LOGS/ro" && : >"$LOGS/ro/in-the-way"
  STATE_DIRECTORY=$LOGS/ro/in-the-way
  gateway a wireguard-go a 10.99.0.1/24
  gateway b taltun b 10.99.0.2/24
  peer a b endpoint="$(outer4 2 2):$PORT"
  peer b a
  gateway_up b
  gateway_up a
  must ping_through a b 4
  STATE_DIRECTORY=$folder
  [ "$(grep -c 'cannot be written' "$LOGS/$(device b).log")" = 1 ] || fail 'not one warning'
}

for namespace in a nat b; do
  must netns_add $namespace
done
must in_ns nat sysctl -qw net.ipv4.ip_forward=1
must netns_join 1 a wan nat inside
must netns_join 2 nat outside b wan
must in_ns a ip route replace default via "$(outer4 1 2)"
taltun_case 'state: kill -9, then the gateway speaks first, to wireguard-go behind a NAT' speaks_first wireguard-go
taltun_case 'state: kill -9, then the gateway speaks first, to a Taltun behind a NAT' speaks_first taltun
taltun_case 'state: SIGTERM, then the gateway speaks first' after_term wireguard-go
taltun_case 'state: a torn file' torn_file
taltun_case 'state: without the file nobody is found' without_file
taltun_case 'state: a folder that cannot be written' read_only_folder
finish
