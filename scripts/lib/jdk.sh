# shellcheck shell=bash
# Finds a JDK that is new enough. Source it after packages.sh.

readonly JDK_MINIMUM=25

# jdk_version HOME: the feature number (25), from the release file or, where there is none, from java itself.
jdk_version() {
  local line version=''
  if [ -r "$1/release" ]; then
    while IFS= read -r line; do
      case $line in JAVA_VERSION=*) version=${line#*=} ;; esac
    done <"$1/release"
  fi
  [ -n "$version" ] || version=$("$1/bin/java" -version 2>&1 | awk -F'"' '/version/ { print $2; exit }')
  version=${version//\"/}
  version=${version%%[!0-9]*}
  echo "${version:-0}"
}

jdk_usable() { # HOME
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ "$(jdk_version "$1")" -ge $JDK_MINIMUM ]
}

# find_jdk: sets JDK, or returns 1. JAVA_HOME first, then java on the PATH, then where JDKs are usually put.
find_jdk() {
  local home java
  java=$(readlink -f "$(command -v java)" 2>/dev/null) || java=
  for home in "${JAVA_HOME:-}" "${java%/bin/java}" /usr/lib/jvm/* /opt/* "${HOME:-/root}"/.sdkman/candidates/java/* \
    "${HOME:-/root}"/.jdks/* /usr/local/*jdk*; do
    if [ -n "$home" ] && jdk_usable "$home"; then
      JDK=$home
      return 0
    fi
  done
  return 1
}

# need_jdk: find_jdk, installing the distribution's newest JDK where that is possible; says what to do otherwise.
need_jdk() {
  local package
  find_jdk && return 0
  package=$(apt-cache pkgnames openjdk- 2>/dev/null |
    awk -F- -v least=$JDK_MINIMUM '/^openjdk-[0-9]+-jdk-headless$/ && $2 >= least' | sort -t- -k2n | tail -n 1)
  if [ -n "$package" ]; then
    need "Taltun (a JDK, $JDK_MINIMUM or newer)" "$package" && find_jdk && return 0
    return 1
  fi
  echo "taltun: no JDK $JDK_MINIMUM or newer in JAVA_HOME, on the PATH, in /usr/lib/jvm, /opt or ~/.sdkman, and this" \
    "release has no package of it: install Eclipse Temurin (temurin-$JDK_MINIMUM-jdk), Azul Zulu" \
    "(zulu$JDK_MINIMUM-jdk-headless) or Amazon Corretto from their Debian repositories and start again" >&2
  return 1
}
