#!/bin/bash
# Two gateways that know only a hub reach each other through it, inside the hub's own process: its kernel forwards
# nothing (lib.sh switches that off). `40-relay.sh PATTERN` runs the cases whose name matches.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

hub_and_spokes() { # RELAY: true or false
  gateway hub ours hub 10.99.0.254/24 fd99::254/64
  gateway s ours s 10.99.0.1/24 fd99::1/64
  gateway t ours t 10.99.0.2/24 fd99::2/64
  GATEWAY[hub.yaml]="relay: {enabled: $1}"
  peer hub s
  peer hub t
  peer s hub endpoint="$(outer4 1 2):$PORT" allowed=10.99.0.0/24,fd99::/64 keepalive=1
  peer t hub endpoint="[$(outer6 2 2)]:$PORT" allowed=10.99.0.0/24,fd99::/64 keepalive=1
  gateway_up hub
  gateway_up s
  gateway_up t
  must ping_through s hub 4
  must ping_through t hub 6
}

relayed() {
  hub_and_spokes true
  must ping_through s t 4
  must ping_through t s 6
  must ping_through s t 4 -s 4000
  [ "$(iperf s t)" -gt 0 ] || fail 'no TCP through the hub'
}

not_relayed() {
  hub_and_spokes false
  must_not ping_through s t 4 -w 2
}

for namespace in hub s t; do
  must netns_add $namespace
done
must netns_join 1 s wan hub wan1
must netns_join 2 t wan hub wan2
taltun_case 'relay: spoke to spoke through the hub' relayed
taltun_case 'relay: off, the hub keeps them apart' not_relayed
finish
