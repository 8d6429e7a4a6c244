# shellcheck shell=bash
# Names that the packaging scripts share. Source it with ROOT set to the checkout.

TARGET=$ROOT/packaging/target
# shellcheck disable=SC2034
IMAGE=$TARGET/image
ARCHITECTURE=${ARCHITECTURE:-$(dpkg --print-architecture)}
BINUTILS= # what the names of programs for foreign native code begin with
# shellcheck disable=SC2034
case $ARCHITECTURE in
  "$(dpkg --print-architecture)") ;;
  arm64) BINUTILS=aarch64-linux-gnu- ;;
  amd64) BINUTILS=x86-64-linux-gnu- ;;
esac
# shellcheck disable=SC2034
VERSION=$(sed -n '0,/<version>/s/.*<version>\(.*\)<\/version>.*/\1/p' "$ROOT/pom.xml")

# The time of every file in the package: the newest commit's, or what the caller says (reproducible-builds.org).
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null) || SOURCE_DATE_EPOCH=0
fi
export SOURCE_DATE_EPOCH
export TZ=UTC LC_ALL=C.UTF-8
