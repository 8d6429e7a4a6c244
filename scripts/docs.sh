#!/bin/bash
# Builds the documentation as a site, target/site: MkDocs with the Material theme, Debian's packages mkdocs and
# mkdocs-material. A broken link or a page that the navigation lacks is an error.
#
#   scripts/docs.sh           builds
#   scripts/docs.sh serve     shows it at http://127.0.0.1:8000, again after every change
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
# shellcheck source-path=SCRIPTDIR
. scripts/lib/packages.sh

case ${1-build}:$# in
  build:[01]) arguments=(build --quiet) ;;
  serve:1) arguments=(serve) ;;
  *)
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
need 'the site' mkdocs mkdocs-material || exit 1
mkdocs "${arguments[@]}" || exit
[ "${arguments[0]}" = serve ] || echo "$PWD/target/site/index.html"
