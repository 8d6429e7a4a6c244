#!/bin/bash
# Packs packaging/target/image into a .deb beside it. `mvn -Pdeb package` runs it after image.sh.
# ARCHITECTURE may name another one than this machine's.
set -eu -o pipefail
ROOT=$(readlink -f "${BASH_SOURCE[0]}") && ROOT=${ROOT%/*/*}
. "$ROOT/packaging/lib.sh"

readonly CONTROL=$IMAGE/DEBIAN
readonly DOC=$IMAGE/usr/share/doc/taltun
readonly MOST_BYTES=$((60 << 20))

fill_in() { # FILE
  sed -e "s/@VERSION@/$VERSION/; s/@ARCHITECTURE@/$ARCHITECTURE/; s/@LIBRARIES@/$(libraries)/" \
    -e "s/@SIZE@/$(du -sk --exclude DEBIAN "$IMAGE" | cut -f1)/" "$1"
}

# libraries: the packages of what the native code is linked with. Debian's builds of Java take these from the system,
# others bring them.
libraries() {
  local needs
  needs=$(find "$IMAGE" -type f \( -name '*.so' -o -path '*/bin/java' \) -exec "${BINUTILS}objdump" -p {} + 2>/dev/null)
  printf 'libc6 (>= %s)' "$(grep -oE 'GLIBC_2\.[0-9]+' <<<"$needs" | sed s/GLIBC_// | sort -uV | tail -n 1)"
  ! grep -q 'NEEDED .*libz\.so' <<<"$needs" || printf ', zlib1g'
  ! grep -q 'NEEDED .*libstdc++\.so' <<<"$needs" || printf ', libstdc++6'
}

changelog() {
  printf 'taltun (%s) stable; urgency=medium\n\n  * See CHANGELOG.md.gz.\n\n -- %s  %s\n' "$VERSION" \
    "$(sed -n 's/^Maintainer: //p' "$ROOT/packaging/deb/control")" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
}

documents() {
  mkdir -p "$DOC" "$IMAGE/usr/share/lintian/overrides"
  install -m 644 "$ROOT/packaging/deb/copyright" "$DOC/"
  changelog | gzip -9n >"$DOC/changelog.gz"
  gzip -9nc "$ROOT/CHANGELOG.md" >"$DOC/CHANGELOG.md.gz"
  install -m 644 "$ROOT/packaging/deb/lintian-overrides" "$IMAGE/usr/share/lintian/overrides/taltun"
}

umask 022
rm -rf "$CONTROL"
documents
mkdir "$CONTROL"
fill_in "$ROOT/packaging/deb/control" >"$CONTROL/control"
install -m 755 "$ROOT"/packaging/deb/{postinst,prerm,postrm} "$CONTROL/"
(cd "$IMAGE" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$CONTROL/md5sums"
find "$IMAGE" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
readonly DEB=$TARGET/taltun_${VERSION}_$ARCHITECTURE.deb
# dpkg-deb sorts the names and takes SOURCE_DATE_EPOCH for its own times.
dpkg-deb --root-owner-group -Zxz -z6 --build "$IMAGE" "$DEB" >/dev/null
bytes=$(stat -c %s "$DEB")
[ "$bytes" -le $MOST_BYTES ] || { echo "package: $DEB is larger than 60 MiB: $bytes bytes" >&2; exit 1; }
printf '%s: %d.%d MiB\n' "$DEB" $((bytes >> 20)) $(((bytes & 0xfffff) * 10 >> 20))
