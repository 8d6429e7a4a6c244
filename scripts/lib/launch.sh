# shellcheck shell=bash
# Builds the daemon where it is out of date and says how to start it. Source it with ROOT set to the checkout.
. "$ROOT/scripts/lib/packages.sh"
. "$ROOT/scripts/lib/jdk.sh"

readonly STAMP=$ROOT/daemon/target/taltun.stamp
readonly BUILD_LOG=$ROOT/target/build.log

# build_is_current: no source or pom (nor a folder of sources: something deleted) is newer than the last build.
build_is_current() {
  local module sources=("$ROOT/pom.xml")
  [ -e "$STAMP" ] && [ -d "$ROOT/daemon/target/lib" ] || return 1
  for module in crypto dataplane config daemon; do
    sources+=("$ROOT/$module/pom.xml")
    [ -d "$ROOT/$module/src/main" ] && sources+=("$ROOT/$module/src/main")
  done
  [ -z "$(find "${sources[@]}" -newer "$STAMP" -print -quit)" ]
}

# with_build_lock COMMAND...: one build of this checkout at a time. The lock is not inherited by what is started later.
with_build_lock() {
  may_build || return 1
  mkdir -p "$ROOT/target" || return 1
  (
    flock 9 || exit 1
    "$@" 9>&-
  ) 9>"$ROOT/target/build.lock"
}

# may_build: says what to do where another user, mostly root, owns the build.
may_build() {
  local folder
  for folder in "$ROOT" "$ROOT"/target "$ROOT"/{crypto,dataplane,config,daemon}{,/target}; do
    if [ -e "$folder" ] && [ ! -w "$folder" ]; then
      echo "taltun: has to be built, and $folder is not yours: run 'sudo $ROOT/scripts/taltun --version' once" >&2
      return 1
    fi
  done
}

build_if_needed() {
  build_is_current && return 0
  with_build_lock build
}

need_to_build() {
  local missing=()
  command -v mvn >/dev/null || missing+=(maven)
  # Taltun also runs without libcrypto, but slower. The package is libssl3 or libssl3t64, by release.
  compgen -G '/usr/lib*/*/libcrypto.so.3' >/dev/null || missing+=(libssl3)
  [ ${#missing[@]} = 0 ] || need 'building Taltun' "${missing[@]}"
}

build() {
  local maven status began=$SECONDS
  build_is_current && return 0 # another start has just done it
  need_to_build || return 1
  echo "taltun: building (once; the first time also downloads libraries)" >&2
  forget_build || return 1
  # Format and lint are the tests' business: a start must not fail on a long line.
  JAVA_HOME=$JDK mvn -B -DskipTests -Dcheckstyle.skip -Dexec.skip -f "$ROOT/pom.xml" package -pl daemon -am \
    >"$BUILD_LOG" 2>&1 &
  maven=$!
  trap 'kill "$maven" 2>/dev/null; exit 130' INT TERM
  show_progress "$maven"
  wait "$maven"
  status=$?
  trap - INT TERM
  if [ $status != 0 ]; then
    show_errors >&2
    echo "taltun: the build failed; the whole log is in $BUILD_LOG" >&2
    return 1
  fi
  mv "$STAMP.new" "$STAMP"
  echo "taltun: built in $((SECONDS - began)) s" >&2
}

# forget_build: no jar of another version stays beside the new ones, and none is rewritten under a running gateway. The
# stamp has the time before the build: what is saved during it is newer.
forget_build() {
  rm -rf "$ROOT/daemon/target/lib" "$ROOT"/daemon/target/taltun-daemon-*.jar "$STAMP"
  mkdir -p "$ROOT/daemon/target" && : >"$STAMP.new"
}

# show_progress PID: names the module being built while the build runs; redraws one line on a terminal.
show_progress() {
  local now shown='' began=$SECONDS
  while kill -0 "$1" 2>/dev/null; do
    now=$(sed -n 's/^\[INFO\] Building \(.*\[[0-9]*\/[0-9]*\]\)$/\1/p' "$BUILD_LOG" 2>/dev/null | tail -n 1 | tr -s " ")
    if [ -t 2 ]; then
      printf '\r\033[Ktaltun: %s  %d s' "${now:-starting}" $((SECONDS - began)) >&2
    elif [ "$now" != "$shown" ]; then
      echo "taltun: $now" >&2
      shown=$now
    fi
    sleep 0.2
  done
  [ -t 2 ] && printf '\r\033[K' >&2
  return 0
}

# show_errors: what Maven says of the failure, each line once and without its advice about itself.
show_errors() {
  if grep -q '^\[ERROR\]' "$BUILD_LOG"; then
    sed -n '/\[Help 1\]/q; /^\[ERROR\]/p' "$BUILD_LOG" | awk '!seen[$0]++' | head -n 15
  else
    tail -n 10 "$BUILD_LOG"
  fi
}

# taltun_command: sets TALTUN to the words that start the built daemon.
taltun_command() {
  local jar jars=("$ROOT"/daemon/target/taltun-daemon-*.jar)
  for jar in "${jars[@]}"; do
    case $jar in *-sources.jar | *-javadoc.jar | *-tests.jar) continue ;; esac
    [ -e "$jar" ] || break
    TALTUN=("$JDK/bin/java" "@$ROOT/scripts/jvm.options" -cp "$jar:$ROOT/daemon/target/lib/*" io.taltun.daemon.cli.Taltun)
    return 0
  done
  rm -f "$STAMP" # whatever removed the jar, the next start builds it
  echo "taltun: $ROOT/daemon/target has no jar; start again to build it" >&2
  return 1
}
