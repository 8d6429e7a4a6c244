# shellcheck shell=bash
# Builds the benchmarks. Source it with ROOT set to the checkout.
. "$ROOT/scripts/lib/packages.sh"
. "$ROOT/scripts/lib/jdk.sh"

# build_benchmarks NAME: sets JDK and BENCH_CLASS_PATH, or returns 1. NAME begins what it says.
build_benchmarks() {
  local log=$ROOT/target/bench-build.log
  need_jdk || return 1
  need 'building the benchmarks' maven libssl3 || return 1
  mkdir -p "$ROOT/target" || return 1
  echo "$1: building" >&2
  if ! JAVA_HOME=$JDK mvn -B -DskipTests -Dcheckstyle.skip -Dexec.skip -f "$ROOT/pom.xml" package -pl bench -am >"$log" 2>&1; then
    grep -E '^\[ERROR\]' "$log" | head -n 12 >&2
    echo "$1: the build failed; the whole log is in $log" >&2
    return 1
  fi
  # shellcheck disable=SC2034
  BENCH_CLASS_PATH="$ROOT/bench/target/classes:$ROOT/bench/target/lib/*"
}
