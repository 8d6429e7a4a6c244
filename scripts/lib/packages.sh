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
