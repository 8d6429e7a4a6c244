# shellcheck shell=bash
# Installs what is missing on Debian and Ubuntu, or says what to install. Source it.

. "${BASH_SOURCE[0]%/*}/progress.sh"

# need WHAT PACKAGE...: as root installs the packages that are missing, saying so first; otherwise prints the
# command to run. Returns 1 when something is still missing.
need() {
  local what=$1 package missing=()
  shift
  for package; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  if ! command -v apt-get >/dev/null; then
    echo "taltun: $what needs ${missing[*]} (names of the Debian packages); install them and start again" >&2
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "taltun: $what needs packages that are missing; run: sudo apt-get install ${missing[*]}" >&2
    return 1
  fi
  echo "taltun: $what needs ${missing[*]}: installing with apt-get" >&2
  apt_get update || echo 'taltun: apt-get update failed, going on with the old lists' >&2
  apt_get install --no-install-recommends "${missing[@]}" || {
    echo "taltun: apt-get install ${missing[*]} failed; run it by hand to see more" >&2
    return 1
  }
}

apt_get_into() { # LOG ARGUMENT...
  local log=$1
  shift
  DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1
}

apt_get() {
  local log status
  log=$(mktemp) || return 1
  with_bar 20 apt_get_into "$log" "$@"
  status=$?
  [ $status = 0 ] || tail -n 5 "$log" >&2
  rm -f "$log"
  return $status
}

# need_beside PACKAGE PROGRAM...: where a program is missing its package is unpacked beside the system, in ~/.cache/taltun, and
# added to PATH: what installing it would start or change stays away.
need_beside() {
  local package=$1 program folder=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/taltun/$1 work
  shift
  export PATH=$PATH:$folder/usr/bin
  for program; do
    command -v "$program" >/dev/null || break
    program=
  done
  [ -n "$program" ] || return 0
  command -v apt-get >/dev/null || { echo "taltun: $program is missing (package $package)" >&2; return 1; }
  echo "taltun: fetching $package into $folder" >&2
  mkdir -p "${folder%/*}" && work=$(mktemp -d "$folder.XXXXXX") || return 1
  if (cd "$work" && with_bar 20 unpack_beside "$package"); then
    rm -rf "$folder" && mv "$work/root" "$folder" && rm -rf "$work"
  else
    tail -n 5 "$work/log" >&2
    rm -rf "$work"
    return 1
  fi
}

# unpack_beside PACKAGE: in the working directory. _apt cannot read root's cache folder.
unpack_beside() {
  local download=(apt-get -q -o APT::Sandbox::User=root download "$1")
  { "${download[@]}" || { apt-get -q update && "${download[@]}"; }; } >log 2>&1 && dpkg-deb -x "$1"_*.deb root >>log 2>&1
}
