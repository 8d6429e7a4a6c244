#!/bin/bash
# The how-tos of docs/, followed as written: files and commands are taken from the pages. Where a page says sudo or
# /etc/taltun, here is a namespace's root and a folder of its own; names of the Internet become addresses of the
# namespaces. `90-how-tos.sh PATTERN` runs the cases whose name matches.
#
#   ha ── lan ── a ── wan ── net 0 ── wan ── b ── lan ── hb
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./lib.sh
. ./gateways.sh

# block PAGE TITLE: the content of the code block ```… title="TITLE".
block() {
  awk -v title="title=\"$2\"" '
    inside && /^```$/ { exit }
    inside { print; found = 1 }
    index($0, "```") == 1 && index($0, title) { inside = 1 }
    END { exit !found }' "$ROOT/docs/$1.md" || fail "docs/$1.md has no block $2"
}

# follow PAGE TITLE NAME: runs the block's commands, each of which must succeed, at gateway NAME.
follow() {
  block "$1" "$2" | adapted "$3" >"$LOGS/$3-$2.sh"
  in_ns "$3" bash -euo pipefail -c "taltun() { command $(printf '%q ' "${TALTUN[@]}") \"\$@\"; }; export -f taltun
    . '$LOGS/$3-$2.sh'" >"$LOGS/$3-$2.out" 2>&1 || fail "docs/$1.md, $2, at $3: $(tail -n 1 "$LOGS/$3-$2.out")"
}

# adapted NAME: stdin as it is said at NAME. Devices have names of this run: namespaces share /run.
adapted() {
  sed -e 's/\bsudo //' -e "s#\bsh -c#bash -c#" -e "s#/etc/taltun#$LOGS/$1#g" -e "s/\btal0\b/$ID$1/g" \
    -e "s#taltun \(check\|up\)\b#& -c $LOGS/$1/peers.yaml#" -e "s#taltun status#& $ID$1#"
}

host_behind() { # GATEWAY HOST NETWORK
  must netns_add "$2"
  must ip link add lan netns "$ID-$1" type veth peer name lan netns "$ID-$2"
  must ip -n "$ID-$1" addr add "$3.1/24" dev lan
  must ip -n "$ID-$2" addr add "$3.2/24" dev lan
  must ip -n "$ID-$1" link set lan up
  must ip -n "$ID-$2" link set lan up
  must ip -n "$ID-$2" route add default via "$3.1"
}

down() { # NAME
  in_ns "$1" timeout 20 "${TALTUN[@]}" down "$ID$1" >/dev/null 2>&1
  rm -f "/run/taltun/$ID$1.log"
}

two_sites() {
  local name
  host_behind a ha 192.168.10
  host_behind b hb 192.168.20
  for name in a b; do
    follow site-to-site key $name
    tail -n 1 "$LOGS/$name-key.out" >"$LOGS/$name.public"
  done
  for name in a b; do
    (umask 077 && block site-to-site $name.yaml | adapted $name |
      sed -e "s#PUBLIC KEY OF A#$(cat "$LOGS/a.public")#" -e "s#PUBLIC KEY OF B#$(cat "$LOGS/b.public")#" \
        -e "s#a.example.org#$(outer4 0 1)#" >"$LOGS/$name/peers.yaml")
  done
  trap 'down a; down b' EXIT
  follow site-to-site start a
  follow site-to-site start b
  follow site-to-site see b
  grep -q 'site-a.*online' "$LOGS/b-see.out" || fail "status: $(tail -n 3 "$LOGS/b-see.out")"
  must in_ns ha ping -n -c 3 -i 0.2 -w 10 192.168.20.2
  must in_ns hb ping -n -c 3 -i 0.2 -w 10 192.168.10.2
}

ns_pair a b
taltun_case 'how-to: two sites' two_sites
finish
