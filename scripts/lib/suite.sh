# shellcheck shell=bash
# Packages of Debian's stable release, for any architecture, unpacked into a folder beside the system. Source it after
# packages.sh. apt checks them: by the keyring of the newest debian-archive-keyring that this machine's own, already
# trusted, sources offer.

readonly SUITE=trixie

# debian_mirror: the URI from which this machine has its own Debian.
debian_mirror() {
  # shellcheck disable=SC2016 # apt expands it
  apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1
}

# fetch_packages ARCHITECTURE FOLDER PACKAGE...: unpacks them into FOLDER, with the first one's version in the file
# `version` there.
fetch_packages() {
  local architecture=$1 folder=$2 work
  shift 2
  echo "taltun: fetching $* ($architecture) of Debian $SUITE into $folder" >&2
  mkdir -p "${folder%/*}" && work=$(mktemp -d "$folder.XXXXXX") || return 1
  if ! (cd "$work" && unpack_from_suite "$architecture" "$@") >"$work/log" 2>&1; then
    tail -n 5 "$work/log" >&2
    rm -rf "$work"
    return 1
  fi
  rm -rf "$folder" && mv "$work/root" "$folder" && rm -rf "$work"
}

# unpack_from_suite ARCHITECTURE PACKAGE...: in the working directory, whose folder `root` it makes.
unpack_from_suite() {
  local mirror architecture=$1 archive
  shift
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
Suites: $SUITE
Components: main
Signed-By: $PWD/keyring/usr/share/keyrings/debian-archive-keyring.gpg
EOF
  apt_suite() {
    apt-get -q -o APT::Sandbox::User=root -o Dir::State::lists="$PWD/lists" -o Dir::Cache="$PWD" \
      -o Dir::Etc::sourcelist="$PWD/suite.sources" -o Dir::Etc::sourceparts=- \
      -o Dir::Etc::preferences=- -o Dir::Etc::preferencesparts=- \
      -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" -o Dir::State::status=/dev/null "$@"
  }
  apt_suite update && apt_suite download "$@" || return 1
  for archive in "$@"; do
    dpkg-deb -x "$archive"_*.deb root || return 1
  done
  dpkg-deb -f "$1"_*.deb Version >root/version
}
