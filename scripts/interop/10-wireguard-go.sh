#!/bin/bash
# Taltun and wireguard-go understand each other. `10-wireguard-go.sh PATTERN` runs the cases whose name matches.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh
. ./peer-cases.sh

must ns_pair a b
peer_cases wireguard-go
finish
