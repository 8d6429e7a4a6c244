#!/bin/bash
# Taltun and the Linux kernel's WireGuard understand each other. `20-kernel.sh PATTERN` runs the cases that match.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./kernel-peer.sh
. ./gateways.sh
. ./peer-cases.sh

if reason=$(guest_available); then
  must guest_image
  must netns_add a
  guest_boot a
  peer_cases kernel
else
  skip_case 'kernel: all cases' "$reason"
fi
finish
