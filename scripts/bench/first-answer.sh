#!/bin/bash
# first-answer.sh DEVICE ADDRESS: prints when the first ping of ADDRESS is answered, in seconds since 1970. Until DEVICE
# has a route it only looks, and starts no process: the daemon that comes up needs the CPUs.
LC_ALL=C
exec {nothing}<> <(:)

has_route() { # DEVICE
  local device rest
  while read -r device rest; do
    [ "$device" = "$1" ] && return 0
  done </proc/net/route
  return 1
}

until has_route "$1"; do
  read -r -t 0.005 -u "$nothing"
done
# An echo request may be lost or wait for a handshake: the next one follows after a tenth of a second.
until ping -n -q -c 1 -W 0.1 "$2" >/dev/null 2>&1; do
  read -r -t 0.005 -u "$nothing"
done
echo "$EPOCHREALTIME"
