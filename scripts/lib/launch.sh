# shellcheck shell=bash
# Builds the daemon where it is out of date and says how to start it. Source it with ROOT set to the checkout. Call
# need_jdk, build_if_needed and taltun_command, in this order.
. "$ROOT/scripts/lib/packages.sh"
. "$ROOT/scripts/lib/jdk.sh"

readonly STAMP=$ROOT/daemon/target/taltun.stamp
readonly BUILD_LOG=$ROOT/target/build.log
readonly WARM_UP_LOG=$ROOT/target/warm-up.log

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
  for folder in "$ROOT" "$ROOT"/target "$ROOT"/{fuzz,crypto,dataplane,config,daemon}{,/target}; do
    if [ -e "$folder" ] && [ ! -w "$folder" ]; then
      echo "taltun: has to be built, and $folder is not yours: run 'sudo $ROOT/scripts/taltun --version' once" >&2
      return 1
    fi
  done
}

build_if_needed() {
  local CACHE
  build_is_current || with_build_lock build || return 1
  # Only root brings gateways up: for anybody else a cache is not worth the seconds.
  if [ "$(id -u)" = 0 ] && ! cache_is_current && [ -w "$ROOT/daemon/target" ]; then
    with_build_lock make_cache
  fi
  return 0
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
  rm -rf "$ROOT/daemon/target/lib" "$ROOT"/daemon/target/taltun-daemon-*.jar "$ROOT"/daemon/target/*.aot "$STAMP"
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

# ---- the ahead-of-time cache (JEP 514): half of a start ----

# cache_file: sets CACHE to the cache of this JDK. It is one file a build of the JDK; an empty one says that it could not
# be made. The JVM checks it against itself, its options and every archive of the class path.
cache_file() {
  local line build=unknown
  if [ -r "$JDK/release" ]; then
    while IFS= read -r line; do
      case $line in JAVA_RUNTIME_VERSION=*) build=${line#*=} ;; esac
    done <"$JDK/release"
  fi
  build=${build//\"/}
  CACHE=$ROOT/daemon/target/taltun-${build//[!A-Za-z0-9.+-]/_}.aot
}

# cache_is_current: sets CACHE. One that the JVM refuses is worse than none: it then starts without its own, too.
cache_is_current() {
  cache_file
  [ -e "$CACHE" ] &&
    [ -z "$(find "$ROOT/scripts/jvm.options" "$ROOT/daemon/target/lib" "$ROOT"/daemon/target/*.jar -newer "$CACHE" -print -quit)" ]
}

# make_cache: a run of `warm-up` leaves it. A failure costs speed only, and is not tried again before the next build.
make_cache() {
  local CACHE TALTUN
  cache_is_current && return 0 # another start has just made it
  daemon_command "-XX:AOTCacheOutput=$CACHE.new" || return 0
  echo 'taltun: preparing a faster start (once)' >&2
  rm -f "$CACHE"*
  with_bar 9 warm_up
  [ -s "$CACHE.new" ] || : >"$CACHE.new"
  mv "$CACHE.new" "$CACHE"
}

warm_up() { timeout --foreground 60 "${TALTUN[@]}" warm-up </dev/null >"$WARM_UP_LOG" 2>&1; }

# ---- the command ----

# taltun_command: sets TALTUN to the words that start the built daemon.
taltun_command() {
  local CACHE cache=()
  cache_is_current && [ -s "$CACHE" ] && [ -r "$CACHE" ] && cache=("-XX:AOTCache=$CACHE")
  daemon_command "${cache[@]}" && return 0
  rm -f "$STAMP" # whatever removed the jar, the next start builds it
  echo "taltun: $ROOT/daemon/target has no jar; start again to build it" >&2
  return 1
}

daemon_command() { # JVM_OPTIONS...
  local jar jars=("$ROOT"/daemon/target/taltun-daemon-*.jar)
  for jar in "${jars[@]}"; do
    case $jar in *-sources.jar | *-javadoc.jar | *-tests.jar) continue ;; esac
    [ -e "$jar" ] || break
    TALTUN=("$JDK/bin/java" "@$ROOT/scripts/jvm.options" "$@" -cp "$jar:$ROOT/daemon/target/lib/*" io.taltun.daemon.cli.Taltun)
    return 0
  done
  return 1
}
