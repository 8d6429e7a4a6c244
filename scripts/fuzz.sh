#!/bin/bash
# The fuzz targets, longer than the tests run them: scripts/fuzz.sh [TARGET|all] [INPUTS]
#   scripts/fuzz.sh                              all of them, 10,000,000 inputs each
#   scripts/fuzz.sh coalescer 500000
#   scripts/fuzz.sh list
#   scripts/fuzz.sh --replay TARGET HEX          one input again
# Jazzer, guided by coverage, makes the first inputs; from what it keeps, the rest is made as the tests make theirs.
# SEED=N repeats a run; PLAIN=1 does without Jazzer. A finding is printed and kept in target/fuzz/TARGET/finding.hex: that
# line, added to src/test/resources/fuzz/TARGET.hex of the target's module, is tried by the tests from then on. `planted` is
# a target with a bug, to see that one is found.
set -u -o pipefail
ROOT=$(readlink -f "${BASH_SOURCE[0]}") && ROOT=${ROOT%/*/*} || exit 1
. "$ROOT/scripts/lib/fuzz.sh"

SEED=${SEED:-$((RANDOM << 15 | RANDOM))}
INPUTS=10000000

usage() {
  sed -n '2,10s/^# \{0,1\}//p' "$0"
  exit "$1"
}

case ${1:-all} in
  -h | --help) usage 0 ;;
  list) need_fuzz && fuzz_command list | cut -d' ' -f1; exit ;;
  --replay)
    [ $# = 3 ] || usage 2
    need_fuzz && fuzz_command replay "$2" "$3" && echo "$2: nothing found"
    exit
    ;;
  -*) usage 2 ;;
esac
WANTED=${1:-all}
INPUTS=${2:-$INPUTS}
case $INPUTS in '' | *[!0-9]*) usage 2 ;; esac

need_fuzz || exit 1
FOUND=0
KNOWN=0
while read -r target longest; do
  # A target with a bug is not among all.
  [ "$WANTED" = "$target" ] || { [ "$WANTED" = all ] && [ "$target" != planted ]; } || continue
  KNOWN=1
  fuzz_target "$target" "$longest" "$INPUTS" "$SEED" || FOUND=1
done < <(fuzz_command list)
if [ $KNOWN = 0 ]; then
  echo "fuzz: no target $WANTED; scripts/fuzz.sh list names them" >&2
  exit 2
fi
exit $FOUND
