#!/bin/bash
# Two Taltuns understand each other. `30-taltun.sh PATTERN` runs the cases whose name matches.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh
. ./peer-cases.sh

must ns_pair a b
peer_cases ours
finish
