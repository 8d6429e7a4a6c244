# shellcheck shell=bash disable=SC2034 # WIREGUARD_GO_NAME is read by kinds.sh
# Gets a wireguard-go that is worth a comparison. Source it after lib.sh and packages.sh.
#
# Up to 2022 wireguard-go had no offloads; Debian 12 still has that one. The version of Debian's stable release is
# unpacked into a folder of its own, beside the system's, never over it. apt checks it: by the keyring of the newest
# debian-archive-keyring that this machine's own, already trusted, sources offer.

readonly MODERN_SUITE=trixie MODERN_VERSION=0.0.20230223 # the first release with GSO and GRO on both edges
readonly BENCH_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/taltun-bench

# modern_wireguard_go: sets WIREGUARD_GO, unless it is set already, and WIREGUARD_GO_NAME, what is measured.
modern_wireguard_go() {
  local package=$BENCH_CACHE/wireguard-go-$MODERN_SUITE
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
  [ -s "$package/version" ] || fetch_package wireguard-go "$package" || {
    echo "taltun: no modern wireguard-go ($MODERN_VERSION or newer): build one and set WIREGUARD_GO to its path" >&2
    return 1
  }
  WIREGUARD_GO=$package/usr/bin/wireguard-go
  "$WIREGUARD_GO" --version >/dev/null || return 1
  WIREGUARD_GO_NAME="wireguard-go $(cat "$package/version") of Debian $MODERN_SUITE"
}

modern() { [ -n "$1" ] && dpkg --compare-versions "$1" ge $MODERN_VERSION; } # VERSION

# package_version PACKAGE: the version that is installed or, if none is, would be; nothing where there is neither.
package_version() {
  LC_ALL=C apt-cache policy "$1" 2>/dev/null |
    awk '/Installed:/ { i = $2 } /Candidate:/ { c = $2 } END { v = i ~ /^[0-9]/ ? i : c; if (v ~ /^[0-9]/) print v }'
}

# debian_mirror: the URI from which this machine has its own Debian.
debian_mirror() {
  # shellcheck disable=SC2016 # apt expands it
  apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1
}

# fetch_package PACKAGE FOLDER: unpacks the suite's version into FOLDER, with the file `version` beside it.
fetch_package() {
  local folder=$2 work=$RUN/fetch
  echo "taltun: fetching $1 of Debian $MODERN_SUITE into $folder" >&2
  mkdir -p "$work" "$BENCH_CACHE" || return 1
  if ! (cd "$work" && unpack_from_suite "$1") >"$work/log" 2>&1; then
    tail -n 5 "$work/log" >&2
    return 1
  fi
  rm -rf "$folder" "$folder.new" && mv "$work/root" "$folder.new" && mv "$folder.new" "$folder" && rm -rf "$work"
}

# unpack_from_suite PACKAGE: in the working directory, whose folder `root` it makes.
unpack_from_suite() {
  local mirror
  mirror=$(debian_mirror)
  # A machine fresh from an image has no lists yet.
  [ -n "$mirror" ] || { apt_get update && mirror=$(debian_mirror); }
  [ -n "$mirror" ] || { echo 'the apt sources of this machine name no Debian archive'; return 1; }
  # _apt cannot read root's cache folder.
  apt-get -q -o APT::Sandbox::User=root download debian-archive-keyring || return 1
  dpkg-deb -x debian-archive-keyring_*.deb keyring && mkdir -p lists/partial archives/partial || return 1
  cat >suite.sources <<EOF
Types: deb
URIs: $mirror
Suites: $MODERN_SUITE
Components: main
Signed-By: $PWD/keyring/usr/share/keyrings/debian-archive-keyring.gpg
EOF
  apt_suite() {
    apt-get -q -o APT::Sandbox::User=root -o Dir::State::lists="$PWD/lists" -o Dir::Cache="$PWD" \
      -o Dir::Etc::sourcelist="$PWD/suite.sources" -o Dir::Etc::sourceparts=- \
      -o Dir::Etc::preferences=- -o Dir::Etc::preferencesparts=- "$@"
  }
  apt_suite update && apt_suite download "$1" || return 1
  set -- "$1"_*.deb
  dpkg-deb -x "$1" root && dpkg-deb -f "$1" Version >root/version
}
