#!/bin/bash
# The arm64 package on a processor that qemu plays: keys agree with wg's, and a tunnel to wireguard-go carries pings and TCP, by
# libcrypto and with every offload. Root only; takes about two minutes.
#
#   scripts/arm64-test.sh [CASE]      DEB names the package; without it, it is built
#
# The tunnel is `taltun wg`: qemu does not know what `taltun up` asks the kernel of routes and rules.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/netns/lib.sh"
. "$ROOT/scripts/lib/packages.sh"
need 'the test of the arm64 package' qemu-user-static wireguard-go wireguard-tools iperf3 iproute2 iputils-ping jq || exit 1
. "$ROOT/scripts/netns/gateways.sh"
. "$ROOT/scripts/lib/suite.sh"
DEB=${DEB:-}
[ -n "$DEB" ] || { "$ROOT/scripts/package.sh" arm64 >&2 && DEB=$(echo "$ROOT"/packaging/target/taltun_*_arm64.deb); } || exit 1

readonly SYSTEM=$RUN/system SLOW=10 # times a real processor's patience

# The libraries of an arm64 Debian, and the package among them.
unpack() {
  fetch_packages arm64 "$SYSTEM" libc6 libgcc-s1 libstdc++6 zlib1g libzstd1 libssl3t64 || fail 'no libraries of arm64'
  ln -s usr/lib "$SYSTEM/lib"
  must dpkg-deb -x "$DEB" "$SYSTEM"
  sed -i "s#/usr/lib/taltun#$SYSTEM&#g" "$SYSTEM/usr/lib/taltun/java.options"
  ARM64=(qemu-aarch64-static -L "$SYSTEM" "$SYSTEM/usr/lib/taltun/runtime/bin/java"
    "@$SYSTEM/usr/lib/taltun/java.options" io.taltun.daemon.cli.Taltun)
}

keys() {
  local key
  [ "$("${ARM64[@]}" --version)" = "taltun $(dpkg-deb -f "$DEB" Version)" ] || fail 'taltun --version'
  key=$(wg genkey)
  [ "$("${ARM64[@]}" pubkey <<<"$key")" = "$(wg pubkey <<<"$key")" ] || fail 'another public key than wg says'
}

tunnel() {
  local log bytes psk
  must ns_pair a b
  gateway a taltun-wg a 10.99.0.1/24 fd99::1/64
  gateway b wireguard-go b 10.99.0.2/24 fd99::2/64
  psk=$(wg genpsk)
  peer a b endpoint="$(outer4 0 2):$PORT" psk="$psk"
  peer b a psk="$psk"
  gateway_up b
  TALTUN=("${ARM64[@]}")
  start_taltun a wg -f "$(device a)"
  log=$LOGS/$(device a).log
  wait_for $((10 * SLOW)) gw a wg show "$(device a)" || fail "it did not come up: $(tail -n 1 "$log")"
  configure_with_wg a
  note "$(grep -o 'offloads .*' "$log")"
  grep -q 'libcrypto/direct, aead' "$log" || fail 'libcrypto is not used'
  # The first ones meet code that nobody has compiled yet.
  gw a ping -n -c 20 -i 0.2 -w $((2 * SLOW)) "$(inner4 b)" >>"$LOGS/ping" 2>&1
  must ping_through a b 4
  must ping_through b a 6
  bytes=$(iperf a b)
  [ "$bytes" -gt 1000000 ] || fail "TCP carried $bytes bytes"
  note "TCP carried $((bytes >> 20)) MiB in 3 s"
}

unpack
run_case 'arm64: versions and keys' keys
run_case 'arm64: a tunnel to wireguard-go' tunnel
finish
