#!/bin/bash
# Builds the Debian package, packaging/target/taltun_VERSION_ARCHITECTURE.deb: Taltun with a Java runtime of its own. Best as
# root: the ahead-of-time cache is made by a gateway that runs for a moment, in a network namespace of its own.
#
#   scripts/package.sh [arm64]      for another architecture than this machine's, with Debian's own Java of it, and
#                                   without an ahead-of-time cache; JMODS names the folder `jmods` of another JDK for it
set -u -o pipefail
ROOT=$(readlink -f "${BASH_SOURCE[0]}") && ROOT=${ROOT%/*/*} && cd "$ROOT" || exit 1
. scripts/lib/launch.sh
. scripts/lib/suite.sh

case ${1:-$(dpkg --print-architecture)} in
  "$(dpkg --print-architecture)") ;;
  arm64) export ARCHITECTURE=arm64 ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
need_jdk && need 'building the package' maven libssl3 lowdown binutils unzip || exit 1

# foreign_java: sets JMODS. The headless packages hold what the gateway uses.
foreign_java() {
  local folder=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/taltun/java-$ARCHITECTURE
  need 'a package for another architecture' binutils-aarch64-linux-gnu || return 1
  [ -z "${JMODS:-}" ] || return 0
  [ -s "$folder/version" ] || fetch_packages "$ARCHITECTURE" "$folder" openjdk-25-jdk-headless || return 1
  export JMODS=$folder/usr/lib/jvm/java-25-openjdk-$ARCHITECTURE/jmods
}

package() {
  forget_build && JAVA_HOME=$JDK mvn -B -q -Pdeb -DskipTests -Dcheckstyle.skip -Dexec.skip package -pl packaging -am &&
    mv "$STAMP.new" "$STAMP"
}
[ -z "${ARCHITECTURE:-}" ] || foreign_java || exit 1
with_build_lock package
