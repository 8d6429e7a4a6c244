# shellcheck shell=bash
# Builds the fuzz targets and runs one. Source it with ROOT set to the checkout.
. "$ROOT/scripts/lib/packages.sh"
. "$ROOT/scripts/lib/jdk.sh"

readonly FUZZ=$ROOT/target/fuzz
readonly GUIDED_PART=50 # one input in so many is Jazzer's

# need_fuzz: sets JDK, FUZZ_CLASS_PATH and JVM_OPTIONS, or returns 1.
need_fuzz() {
  local module log=$FUZZ/build.log
  need_jdk || return 1
  need 'building the fuzz targets' maven || return 1
  mkdir -p "$FUZZ" || return 1
  echo 'fuzz: building' >&2
  # The libraries of the tests, Jazzer among them, beside each other.
  if ! JAVA_HOME=$JDK mvn -B -P jazzer -DskipTests -Dcheckstyle.skip -Dexec.skip -f "$ROOT/pom.xml" \
    package dependency:copy-dependencies -pl fuzz,daemon -am \
    -DincludeScope=test -DexcludeGroupIds=io.taltun "-DoutputDirectory=$FUZZ/lib" >"$log" 2>&1; then
    grep -E '^\[ERROR\]' "$log" | head -n 12 >&2
    echo "fuzz: the build failed; the whole log is in $log" >&2
    return 1
  fi
  FUZZ_CLASS_PATH=
  for module in fuzz crypto dataplane config daemon; do
    FUZZ_CLASS_PATH+="$ROOT/$module/target/classes:$ROOT/$module/target/test-classes:"
  done
  FUZZ_CLASS_PATH+="$FUZZ/lib/*"
  JVM_OPTIONS=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+EnableDynamicAgentLoading
    -XX:+UseSerialGC -Xmx1g -Xlog:disable -ea -Dfile.encoding=UTF-8)
}

fuzz_command() { # ARGS...
  "$JDK/bin/java" "${JVM_OPTIONS[@]}" -cp "$FUZZ_CLASS_PATH" io.taltun.fuzz.FuzzCommand "$@"
}

# fuzz_target NAME LONGEST INPUTS SEED: prints one line, or the finding and returns 1. Jazzer looks for what is worth
# changing; most inputs are then made of that without it, which is up to a hundred times faster.
fuzz_target() {
  local name=$1 longest=$2 inputs=$3 seed=$4 folder=$FUZZ/$1 began=$EPOCHREALTIME kept=()
  rm -rf "$folder/seeds" "$folder/words" "$folder"/{crash-,timeout-,Crash_}* "$folder"/{current,finding.hex}
  mkdir -p "$folder" || return 1
  echo "$name: seed $seed" >&2
  if [ -z "${PLAIN:-}" ]; then
    fuzz_command prepare "$name" "$folder" || return 1
    jazzer "$name" "$longest" $((inputs / GUIDED_PART)) "$seed" "$folder" || {
      show_finding "$name" "$folder"
      return 1
    }
    kept=("$folder/corpus")
  fi
  # What it found goes to a file, too.
  fuzz_command seeded "$name" "$seed" "$inputs" "${kept[@]}" 2>&1 | tee "$folder/plain.log" >&2 || {
    sed -n 's/^input: //p' "$folder/plain.log" >"$folder/finding.hex"
    return 1
  }
  awk -v name="$name" -v inputs="$inputs" -v seed="$seed" -v began="$began" -v now="$EPOCHREALTIME" 'BEGIN {
    took = now - began
    printf "%-14s %9d inputs  %7.1f s  %7d a second  seed %s  nothing found\n", name, inputs, took, inputs / took, seed
  }'
}

# jazzer NAME LONGEST INPUTS SEED FOLDER. What covers something new goes to FOLDER/corpus, which each run begins anew: the
# same seed makes the same inputs.
jazzer() {
  local name=$1 longest=$2 inputs=$3 seed=$4 folder=$5 words=()
  rm -rf "$folder/corpus"
  mkdir -p "$folder/corpus"
  [ -s "$folder/words" ] && words=("-dict=$folder/words")
  # The one of its checks that runs into Netty, which uses sun.misc.Unsafe as it should.
  "$JDK/bin/java" "${JVM_OPTIONS[@]}" "-Dtaltun.fuzz.target=$name" "-Dtaltun.fuzz.current=$folder/current" \
    -cp "$FUZZ_CLASS_PATH" com.code_intelligence.jazzer.Jazzer \
    --target_class=io.taltun.fuzz.JazzerEntry --instrumentation_includes='io.taltun.**:org.yaml.**' \
    --instrumentation_excludes='io.taltun.fuzz.**:io.taltun.dataplane.packet.Reference**' \
    --disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer \
    --reproducer_path="$folder" -artifact_prefix="$folder/" "${words[@]}" -max_len="$longest" \
    -runs="$inputs" -seed="$seed" -timeout=30 -rss_limit_mb=0 -print_final_stats=1 \
    "$folder/corpus" "$folder/seeds" >"$folder/log" 2>&1 &
  show_pulse "$name" "$folder/log" $!
  wait $!
}

# show_pulse NAME LOG PID: what libFuzzer said last, now and then.
show_pulse() {
  local said shown='' passed=0
  while kill -0 "$3" 2>/dev/null; do
    sleep 1
    passed=$((passed + 1))
    said=$(sed -n 's/^#\([0-9]*\)[^0-9].*cov: \([0-9]*\).*corp: \([0-9]*\).*/\1 inputs, \2 places covered, \3 kept/p' "$2" | tail -n 1)
    if [ -t 2 ]; then
      printf '\r\033[K%s: %s' "$1" "$said" >&2
    elif [ $((passed % 30)) = 0 ] && [ "$said" != "$shown" ]; then
      echo "$1: $said" >&2
      shown=$said
    fi
  done
  [ -t 2 ] && printf '\r\033[K' >&2
  return 0
}

# show_finding NAME FOLDER: the finding with its input; that of a JVM that fell is in the mapped file.
show_finding() {
  local crash line=''
  for crash in "$2"/crash-* "$2"/timeout-*; do
    [ -e "$crash" ] && line=$(fuzz_command hex "$crash")
  done
  [ -n "$line" ] || { [ -e "$2/current" ] && line=$(fuzz_command current "$2/current"); }
  echo "$1: FOUND something; the whole log is in $2/log" >&2
  grep -A 25 -E '^== Java Exception|^Caused by|A fatal error' "$2/log" | head -n 40 >&2
  if [ -n "$line" ]; then
    echo "$line" >"$2/finding.hex"
    echo "$1: the input, also in $2/finding.hex; again: scripts/fuzz.sh --replay $1 $line" >&2
  else
    tail -n 15 "$2/log" >&2
  fi
}
