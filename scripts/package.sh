#!/bin/bash
# Builds the Debian package, packaging/target/taltun_VERSION_ARCHITECTURE.deb: Taltun with a Java runtime of its own. Best as
# root: the ahead-of-time cache is made by a gateway that runs for a moment, in a network namespace of its own.
set -u -o pipefail
ROOT=$(readlink -f "${BASH_SOURCE[0]}") && ROOT=${ROOT%/*/*} && cd "$ROOT" || exit 1
. scripts/lib/launch.sh

[ $# = 0 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
need_jdk && need 'building the package' maven libssl3 lowdown binutils unzip || exit 1

package() {
  forget_build && JAVA_HOME=$JDK mvn -B -q -Pdeb -DskipTests -Dcheckstyle.skip -Dexec.skip package -pl packaging -am &&
    mv "$STAMP.new" "$STAMP"
}
with_build_lock package
