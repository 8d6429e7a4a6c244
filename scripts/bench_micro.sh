#!/bin/bash
# The JMH benchmarks: scripts/bench_micro.sh [PATTERN] [JMH ARGS]
#   scripts/bench_micro.sh TransportCipher -p engine=libcrypto
#   scripts/bench_micro.sh WakeUp -f 5
#   scripts/bench_micro.sh -l                    lists them
# The JVM is set as the daemon's is. Leave the machine alone meanwhile.
set -u -o pipefail
ROOT=$(readlink -f "${BASH_SOURCE[0]}") && ROOT=${ROOT%/*/*} || exit 1
. "$ROOT/scripts/lib/packages.sh"
. "$ROOT/scripts/lib/jdk.sh"

need_jdk || exit 1
need 'building the benchmarks' maven libssl3 || exit 1
mkdir -p "$ROOT/target" || exit 1
LOG=$ROOT/target/bench-build.log
echo 'bench_micro: building' >&2
if ! JAVA_HOME=$JDK mvn -B -DskipTests -Dcheckstyle.skip -Dexec.skip -f "$ROOT/pom.xml" package -pl bench -am >"$LOG" 2>&1; then
  grep -E '^\[ERROR\]' "$LOG" | head -n 12 >&2
  echo "bench_micro: the build failed; the whole log is in $LOG" >&2
  exit 1
fi
# The forks take the options of this JVM.
exec "$JDK/bin/java" "@$ROOT/scripts/jvm.options" -cp "$ROOT/bench/target/classes:$ROOT/bench/target/lib/*" \
  org.openjdk.jmh.Main "$@"
