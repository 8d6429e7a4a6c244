#!/bin/bash
# The JMH benchmarks: scripts/bench_micro.sh [PATTERN] [JMH ARGS]
#   scripts/bench_micro.sh TransportCipher -p engine=libcrypto
#   scripts/bench_micro.sh WakeUp -f 5
#   scripts/bench_micro.sh -l                    lists them
# The JVM is set as the daemon's is. Leave the machine alone meanwhile.
set -u -o pipefail
ROOT=$(readlink -f "${BASH_SOURCE[0]}") && ROOT=${ROOT%/*/*} || exit 1
. "$ROOT/scripts/lib/bench.sh"

build_benchmarks bench_micro || exit 1
# The forks take the options of this JVM.
exec "$JDK/bin/java" "@$ROOT/scripts/jvm.options" -cp "$BENCH_CLASS_PATH" org.openjdk.jmh.Main "$@"
