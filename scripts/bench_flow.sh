#!/bin/bash
# Whole packet paths in memory, ns and packets a second for one core: scripts/bench_flow.sh [ARGS]
#   scripts/bench_flow.sh --load 'tcp.' --forks 9
#   scripts/bench_flow.sh --engine none          without a cipher: Taltun's own cost
#   scripts/bench_flow.sh --help
# The JVM is set as the daemon's is. Leave the machine alone meanwhile.
set -u -o pipefail
ROOT=$(readlink -f "${BASH_SOURCE[0]}") && ROOT=${ROOT%/*/*} || exit 1
. "$ROOT/scripts/lib/bench.sh"

build_benchmarks bench_flow || exit 1
exec "$JDK/bin/java" "@$ROOT/scripts/jvm.options" -cp "$BENCH_CLASS_PATH" io.taltun.bench.flow.FlowBenchmark "$@"
