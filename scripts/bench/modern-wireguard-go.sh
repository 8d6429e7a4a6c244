# shellcheck shell=bash disable=SC2034 # WIREGUARD_GO_NAME is read by kinds.sh
# Gets a wireguard-go that is worth a comparison. Source it after lib.sh and packages.sh.
#
# Up to 2022 wireguard-go had no offloads; Debian 12 still has that one. The version of Debian's stable release is
# unpacked into a folder of its own, beside the system's, never over it.
. "$ROOT/scripts/lib/suite.sh"

readonly MODERN_VERSION=0.0.20230223 # the first release with GSO and GRO on both edges
readonly BENCH_CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/taltun-bench

# modern_wireguard_go: sets WIREGUARD_GO, unless it is set already, and WIREGUARD_GO_NAME, what is measured.
modern_wireguard_go() {
  local package=$BENCH_CACHE/wireguard-go-$SUITE
  if [ -n "${WIREGUARD_GO:-}" ]; then
    command -v "$WIREGUARD_GO" >/dev/null || { echo "taltun: WIREGUARD_GO=$WIREGUARD_GO is no program" >&2; return 1; }
    WIREGUARD_GO_NAME="$WIREGUARD_GO, $("$WIREGUARD_GO" --version 2>&1 | head -n 1)"
    return 0
  fi
  if modern "$(package_version wireguard-go)"; then
    need 'the benchmark' wireguard-go || return 1
    WIREGUARD_GO=/usr/bin/wireguard-go
    WIREGUARD_GO_NAME="wireguard-go $(dpkg-query -W -f '${Version}' wireguard-go)"
    return 0
  fi
  [ -s "$package/version" ] || fetch_packages "$(dpkg --print-architecture)" "$package" wireguard-go || {
    echo "taltun: no modern wireguard-go ($MODERN_VERSION or newer): build one and set WIREGUARD_GO to its path" >&2
    return 1
  }
  WIREGUARD_GO=$package/usr/bin/wireguard-go
  "$WIREGUARD_GO" --version >/dev/null || return 1
  WIREGUARD_GO_NAME="wireguard-go $(cat "$package/version") of Debian $SUITE"
}

modern() { [ -n "$1" ] && dpkg --compare-versions "$1" ge $MODERN_VERSION; } # VERSION

# package_version PACKAGE: the version that is installed or, if none is, would be; nothing where there is neither.
package_version() {
  LC_ALL=C apt-cache policy "$1" 2>/dev/null |
    awk '/Installed:/ { i = $2 } /Candidate:/ { c = $2 } END { v = i ~ /^[0-9]/ ? i : c; if (v ~ /^[0-9]/) print v }'
}
