#!/bin/bash
# Devices over hostile simulated networks, from one seed on: scripts/simulate.sh [HOURS] [SEED]
#   scripts/simulate.sh                          10,000 simulated hours, as the tests run them
#   scripts/simulate.sh 1000000 $RANDOM          longer, from another seed
#   TRACE=1 scripts/simulate.sh 25 20260103      one world, printing all that happens
# A failure prints the seed of its world and how to replay that alone. Exit code 0: every invariant held.
set -u -o pipefail
ROOT=$(readlink -f "${BASH_SOURCE[0]}") && ROOT=${ROOT%/*/*} || exit 1
. "$ROOT/scripts/lib/packages.sh"
. "$ROOT/scripts/lib/jdk.sh"

usage() {
  sed -n '2,6s/^# //p' "$0" >&2
  exit 2
}

[ $# -le 2 ] || usage
HOURS=${1:-10000}
SEED=${2:-20260101}
[[ $HOURS =~ ^[0-9]+(\.[0-9]+)?$ && $SEED =~ ^[0-9]+$ ]] || usage

need_jdk || exit 1
need 'the simulation' maven libssl3 || exit 1
JAVA_HOME=$JDK exec mvn -q -B -f "$ROOT/pom.xml" -pl daemon -am test \
  -Dcheckstyle.skip -Dexec.skip -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dtaltun.simulation.hours="$HOURS" -Dtaltun.simulation.seed="$SEED" -Dtaltun.simulation.trace="${TRACE:+true}"
