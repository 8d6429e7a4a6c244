# shellcheck shell=bash
# A bare Debian in the folder $BARE, made by debootstrap, and the package to try in it. Source it after netns/lib.sh, in a
# mount namespace of its own (`unshare --mount`).
#
# DEB names the package; without it, it is built. BASE names a folder of debootstrap --variant=minbase to copy.
readonly BARE=$RUN/debian
DEB=${DEB:-}

need_package() {
  [ -n "$DEB" ] || { "$ROOT/scripts/package.sh" >&2 && DEB=$(echo "$ROOT"/packaging/target/taltun_*_"$(dpkg --print-architecture)".deb); }
}

bare() { timeout "${BARE_TIMEOUT:-120}" chroot "$BARE" "$@"; }

# bootstrap [PACKAGE,...]: as small as Debian gets, and these. The mirror is this machine's.
bootstrap() {
  local mirror
  if [ -n "${BASE:-}" ]; then
    must cp -a "$BASE" "$BARE"
  else
    mirror=$(apt-get indextargets --format "\$(REPO_URI)" | grep -m 1 -v security)
    debootstrap --variant=minbase ${1:+--include="$1"} bookworm "$BARE" "$mirror" >"$LOGS/debootstrap.log" 2>&1 ||
      fail "debootstrap failed: $(tail -n 1 "$LOGS/debootstrap.log")"
  fi
  # Without this process's umask a user of the system may enter it.
  chmod 755 "$BARE"
}

# mount_for_chroot: what a program expects of the kernel, and $RUN, where the configurations lie.
mount_for_chroot() {
  mounted "$BARE/proc" -t proc proc
  mounted "$BARE/sys" -t sysfs sysfs
  mounted "$BARE/run" -t tmpfs tmpfs
  mkdir -p "$BARE/dev/net" "$BARE$RUN"
  [ -e "$BARE/dev/net/tun" ] || must mknod -m 666 "$BARE/dev/net/tun" c 10 200
  # Recursive, so that a case's own folder shows up, too.
  mounted "$BARE$RUN" --bind "$RUN"
}

# mounted FOLDER ARGUMENT...: gone again before the folder is deleted, and what is mounted with it.
mounted() {
  local folder=$1
  shift
  must mount "$@" "$folder"
  echo "mount $folder" >>"$MADE"
}
