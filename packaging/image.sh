#!/bin/bash
# Lays out what /usr has on a machine without Java, under packaging/target/image: runtime, archives, ahead-of-time cache,
# manual, completion, units. `mvn -Pdeb package` runs it after the archives are built.
#
# JMODS and ARCHITECTURE may name another architecture (arm64) and the folder `jmods` of a JDK for it.
set -eu -o pipefail
ROOT=$(readlink -f "${BASH_SOURCE[0]}") && ROOT=${ROOT%/*/*}
. "$ROOT/scripts/lib/packages.sh"
. "$ROOT/scripts/lib/jdk.sh"
. "$ROOT/packaging/lib.sh"

# What the gateway uses of Java, and what its libraries look for: java.management for the process's own figures,
# jdk.unsupported for sun.misc.Unsafe and Signal.
readonly MODULES=java.base,java.logging,java.management,jdk.management,jdk.unsupported

readonly HOME_DIR=$IMAGE/usr/lib/taltun # becomes /usr/lib/taltun
JMODS=${JMODS:-}

runtime() {
  local from=()
  [ -z "$JMODS" ] || from=(--module-path "$JMODS")
  # Uncompressed: the package is compressed as a whole, and classes come from the ahead-of-time cache.
  "$JDK/bin/jlink" "${from[@]}" --add-modules "$MODULES" --strip-java-debug-attributes --no-man-pages --no-header-files \
    --compress zip-0 --output "$HOME_DIR/runtime"
  rm -f "$HOME_DIR/runtime/lib/"{classlist,jrt-fs.jar,jexec} "$HOME_DIR/runtime/bin/keytool"
  chmod -R u+w "$HOME_DIR/runtime"
}

# slim: what debuggers want of native code is not in the package.
slim() {
  find "$HOME_DIR" -name '*.debuginfo' -delete
  find "$HOME_DIR" -type f \( -name '*.so' -o -path '*/bin/*' -o -name jspawnhelper \) \
    -exec "${BINUTILS}strip" --strip-unneeded {} +
}

# archives: the daemon's and its libraries', and beside them the native code of this architecture, which would be
# unpacked to /tmp at each start otherwise.
archives() {
  local name archive jni
  mkdir -p "$HOME_DIR/lib" "$HOME_DIR/native"
  case $ARCHITECTURE in
    amd64) name=x86_64 jni=x86_64-Linux ;;
    arm64) name=aarch_64 jni=aarch64-Linux ;;
    *) echo "package: there is no native code for $ARCHITECTURE" >&2 && return 1 ;;
  esac
  for archive in "$ROOT"/daemon/target/taltun-daemon-"$VERSION".jar "$ROOT"/daemon/target/lib/*.jar; do
    case ${archive##*/} in
      jffi-*-native.jar) unzip -qoj "$archive" "jni/$jni/libjffi-1.2.so" -d "$HOME_DIR/native" ;;
      *-linux-"$name".jar) unzip -qoj "$archive" 'META-INF/native/*.so' -d "$HOME_DIR/native" ;;
      *-linux-*.jar) ;;
      *) cp "$archive" "$HOME_DIR/lib/" ;;
    esac
  done
  chmod 644 "$HOME_DIR"/lib/* "$HOME_DIR"/native/*
}

# java_options FOLDER: the JVM's options for archives in FOLDER/lib. The class path is spelt out: the order of `lib/*` is
# the file system's, and the cache is for one order.
java_options() {
  local archive path=
  for archive in "$HOME_DIR"/lib/*.jar; do
    path+=${path:+:}$1/lib/${archive##*/}
  done
  sed '/^#/d; /^$/d' "$ROOT/scripts/jvm.options"
  # In quotes: a checkout's path may have blanks.
  printf '"%s"\n' "-Djffi.boot.library.path=$1/native" "-Djava.library.path=$1/native" -cp "$path"
}

# age FOLDER: the cache holds the times of the archives: they are those that the package gives them.
age() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

# cache: made by a run of this very runtime. It is checked against the archives' order, sizes and times, and where they
# lie together does not matter.
cache() {
  local log=$TARGET/warm-up.log
  java_options "$HOME_DIR" >"$TARGET/java.options"
  if ! timeout 120 "$HOME_DIR/runtime/bin/java" "@$TARGET/java.options" "-XX:AOTCacheOutput=$HOME_DIR/taltun.aot" \
    io.taltun.daemon.cli.Taltun warm-up </dev/null >"$log" 2>&1 || [ ! -s "$HOME_DIR/taltun.aot" ]; then
    echo "package: no ahead-of-time cache; see $log" >&2
    return 1
  fi
  # Without the right to make a network namespace the cache has no profiles of the packet path.
  ! grep '^taltun warm-up: ' "$log" >&2 || echo 'package: build as root for a faster start' >&2
}

taltun_of_image() { "$HOME_DIR/runtime/bin/java" "@$TARGET/java.options" io.taltun.daemon.cli.Taltun "$@"; }

completion() {
  local share=$IMAGE/usr/share
  mkdir -p "$share"/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
  taltun_of_image completion bash | sed '1{/^#!/d}' >"$share/bash-completion/completions/taltun"
  taltun_of_image completion zsh >"$share/zsh/vendor-completions/_taltun"
  taltun_of_image completion fish >"$share/fish/vendor_completions.d/taltun.fish"
}

# page NAME SECTION MARKDOWN...
page() {
  local name=$1 section=$2
  shift 2
  # Links lead to other documents of the repository: a page keeps their words.
  cat "$@" | sed -E 's/\[([^]]*)\]\([^)]*\.(md|svg)(#[^)]*)?\)/\1/g' |
    lowdown -s -Tman --out-no-smarty -M "title=$name" -M "section=$section" -M "source=taltun $VERSION" \
      -M "date=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)" |
    gzip -9n >"$IMAGE/usr/share/man/man$section/$name.$section.gz"
}

# commands: the page of the documentation, in the form of a manual.
commands() { sed -E '/^<!--/d; s/^# .*/\U&/; s/^## ([A-Z].*)/# \U\1/' "$ROOT/docs/commands.md"; }

manual() {
  local name man=$ROOT/packaging/man
  mkdir -p "$IMAGE"/usr/share/man/man{5,8}
  page taltun 8 "$man/taltun.head.md" <(commands) "$man/taltun.tail.md"
  page peers.yaml 5 "$man/peers.yaml.head.md" <(sed 1d "$ROOT/docs/configuration.md")
  for name in taltun.service taltun-wg; do page $name 8 "$man/$name.md"; done
}

services() {
  install -D -m 644 -t "$IMAGE/usr/lib/systemd/system" "$ROOT/packaging/systemd/taltun@.service"
  install -D -m 644 -t "$IMAGE/usr/share/doc/taltun/examples" "$ROOT/packaging/systemd/60-taltun-forwarding.conf"
}

need_jdk
rm -rf "$IMAGE"
mkdir -p "$IMAGE"
umask 022
runtime
archives
slim
java_options /usr/lib/taltun >"$HOME_DIR/java.options"
age "$HOME_DIR"
if [ -z "$JMODS" ]; then
  cache
  echo '-XX:AOTCache=/usr/lib/taltun/taltun.aot' >>"$HOME_DIR/java.options"
else
  # A foreign runtime cannot run here: the documents come from our own, and the JVM's own cache has to do.
  java_options "$HOME_DIR" >"$TARGET/java.options"
  taltun_of_image() { "$JDK/bin/java" "@$TARGET/java.options" io.taltun.daemon.cli.Taltun "$@"; }
fi
completion
manual
services
install -D -m 755 -t "$IMAGE/usr/bin" "$ROOT"/packaging/bin/taltun{,-wg}
age "$IMAGE"
