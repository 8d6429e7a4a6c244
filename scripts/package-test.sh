#!/bin/bash
# The Debian package in a bare Debian, a folder made by debootstrap: installs it, runs the demo, measures a start, runs the
# gateway as the service's user, and purges it. Root only; takes about two minutes.
#
#   scripts/package-test.sh [CASE]      CASE: a pattern; 'installs' has to be among them
# lib/bare-debian.sh says what DEB and BASE may be.
[ -n "${TALTUN_OWN_MOUNTS:-}" ] || TALTUN_OWN_MOUNTS=1 exec unshare --mount "$0" "$@"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/netns/lib.sh"
. "$ROOT/scripts/lib/packages.sh"
need 'the test of the package' debootstrap wireguard-tools iproute2 iputils-ping util-linux || exit 1
. "$ROOT/scripts/netns/gateways.sh"
. "$ROOT/scripts/lib/bare-debian.sh"

readonly MOST_PING_MS=700 STARTS=5 MOST_BYTES=$((60 << 20))
need_package || exit 1

# What the gateways of this script are started with.
TALTUN=(chroot "$BARE" /usr/bin/taltun)

# everything: the names of all files that are there, but those of the package manager and of the C library's caches.
everything() {
  (cd "$BARE" && find . -xdev \( -path "./var/lib/dpkg" -o -path ./var/cache -o -path ./var/log -o -path ./var/lib/apt \
    -o -path ./tmp -o -path ".$RUN" \) -prune -o -print | grep -vE '^\./(etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|etc/ld.so.cache)$' | sort)
}

installs() {
  [ "$(stat -c %s "$DEB")" -le $MOST_BYTES ] || fail "$DEB is larger than 60 MiB"
  must_not bare sh -c 'command -v java'
  cp "$DEB" "$BARE/tmp/taltun.deb"
  # What it depends on and recommends first: what is compared afterwards is the package alone.
  cp /etc/resolv.conf "$BARE/etc/resolv.conf"
  bare apt-get update -qq >"$LOGS/apt.log" 2>&1
  bare env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libssl3 >>"$LOGS/apt.log" 2>&1 || fail 'no libssl3'
  everything >"$RUN/before"
  getent_bare >"$RUN/users-before"
  must bare dpkg -i /tmp/taltun.deb
  [ "$(bare taltun --version)" = "taltun $(bare dpkg-query -W -f "\${Version}" taltun)" ] || fail 'taltun --version'
  [ "$(stat -c %A:%U:%G "$BARE/etc/taltun" | cut -d: -f1,2)" = drwx--x---:root ] || fail 'the mode of /etc/taltun'
  must bare sh -c 'cd / && md5sum --quiet -c /var/lib/dpkg/info/taltun.md5sums'
}

getent_bare() { cat "$BARE/etc/passwd" "$BARE/etc/group"; }

# uses_cache: the JVM took the cache that the package brings, and unpacked no native code.
uses_cache() {
  local log=$LOGS/aot.log
  bare sh -c '/usr/lib/taltun/runtime/bin/java @/usr/lib/taltun/java.options -Xlog:class+load io.taltun.daemon.cli.Taltun genkey' >"$log"
  [ "$(grep -c 'source: shared objects file' "$log")" -gt 2000 ] || fail 'the ahead-of-time cache is not used'
  # On another CPU it does without what does not fit.
  must bare sh -c '/usr/lib/taltun/runtime/bin/java @/usr/lib/taltun/java.options -XX:UseAVX=0 -XX:UseSSE=2 io.taltun.daemon.cli.Taltun genkey'
  rm "$log"
  [ -z "$(find "$BARE/tmp" -maxdepth 1 -name '*.so*')" ] || fail 'native code was unpacked to /tmp'
}

documents() {
  local page
  for page in man8/taltun.8 man8/taltun-wg.8 man8/taltun.service.8 man5/peers.yaml.5; do
    zcat "$BARE/usr/share/man/$page.gz" | grep -q '^\.TH' || fail "no $page"
  done
  must bash -n "$BARE/usr/share/bash-completion/completions/taltun"
  ! command -v zsh >/dev/null || must zsh -n "$BARE/usr/share/zsh/vendor-completions/_taltun"
  ! command -v fish >/dev/null || must fish -n "$BARE/usr/share/fish/vendor_completions.d/taltun.fish"
}

demo() { must bare taltun demo; }

# start_to_ping: from the call of taltun to the first answered ping, the handshake included.
start_to_ping() {
  local run began answered times=()
  two_gateways
  for ((run = 0; run < STARTS; run++)); do
    began=$(date +%s%3N)
    start_taltun a up -c "$LOGS/a.yaml"
    answered=$(in_ns a timeout 60 "$ROOT/scripts/bench/first-answer.sh" "$(device a)" "$(inner4 b)") || fail 'no ping was answered'
    times+=("$(awk -v answered="$answered" -v began="$began" 'BEGIN { printf "%d", answered * 1000 - began }')")
    stop "$(pid a)"
  done
  mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
  note "up to first ping: median ${times[STARTS / 2]} ms (${times[0]}-${times[-1]})"
  [ "${times[STARTS / 2]}" -le $((MOST_PING_MS * PATIENCE)) ] || fail "up to the first ping takes ${times[STARTS / 2]} ms"
}

two_gateways() {
  must ns_pair a b
  gateway a taltun a 10.99.0.1/24
  gateway b taltun b 10.99.0.2/24
  peer a b endpoint="$(outer4 0 2):$PORT"
  peer b a
  gateway_up b
  (umask 077 && peers_yaml a >"$LOGS/a.yaml")
}

# As taltun@.service starts it: the service's user with CAP_NET_ADMIN and nothing else, told where to notify.
as_service() {
  local socket=$LOGS/notify
  two_gateways
  cp "$LOGS/a.yaml" "$BARE/etc/taltun/peers.yaml"
  bare sh -c 'mkdir -p /run/taltun /run/wireguard /var/lib/taltun && chown taltun:taltun /run/taltun /run/wireguard /var/lib/taltun &&
    chown taltun:taltun /etc/taltun/peers.yaml && chmod 600 /etc/taltun/peers.yaml' || fail 'no folders'
  perl -MSocket -e '
    socket(SERVICE, AF_UNIX, SOCK_DGRAM, 0) && bind(SERVICE, pack_sockaddr_un($ARGV[0])) && chmod(0666, $ARGV[0]) or die $!;
    $| = 1;
    while (defined(recv(SERVICE, my $said, 4096, 0))) { $said =~ tr/\n/ /; print "$said\n" }' "$socket" >"$LOGS/notified" &
  echo "process $! $(process_start_time $!)" >>"$MADE"
  wait_for 10 test -S "$socket" || fail 'nobody listens'
  chmod 711 "$RUN" "$LOGS"
  start service.log a chroot "$BARE" env "NOTIFY_SOCKET=$socket" WATCHDOG_USEC=30000000 setpriv --reuid taltun --regid taltun \
    --clear-groups --inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin --bounding-set=-all,+net_admin --no-new-privs \
    taltun up --config /etc/taltun/peers.yaml
  GATEWAY[a.pid]=$STARTED
  wait_for 20 grep -q '^READY=1' "$LOGS/notified" || fail "it is not ready: $(tail -n 1 "$LOGS/service.log")"
  wait_for 10 grep -q '^WATCHDOG=1' "$LOGS/notified" || fail 'the watchdog is not fed'
  [ "$(stat -c %U "/proc/$(pid a)")" != root ] || fail 'it runs as root'
  must ping_through a b 4
  # Root's commands reach the user's sockets.
  must taltun_ctl a status "$(device a)"
  must gw a env "PATH=$PATH" chroot "$BARE" taltun down "$(device a)"
  wait_for 10 grep -q '^STOPPING=1' "$LOGS/notified" || fail 'it does not tell of its end'
  must_not gw a ip link show "$(device a)"
}

# What it keeps are configurations and keys, as root's: the number of the service's user may be given to another.
purges() {
  local left
  must bare dpkg -r taltun
  must_not bare sh -c 'command -v taltun'
  bare dpkg --purge taltun >"$LOGS/purge.log" 2>&1 || fail 'the purge failed'
  grep -q 'stay in /etc/taltun' "$LOGS/purge.log" || fail 'the purge does not say what it keeps'
  left=$(everything | comm -13 "$RUN/before" - | grep -v '^\./run/' | tr '\n' ' ')
  [ "$left" = './etc/taltun ./etc/taltun/peers.yaml ' ] || fail "the purge leaves $left"
  [ "$(stat -c %u:%a "$BARE/etc/taltun/peers.yaml")" = 0:600 ] || fail 'the kept key is not closed'
  [ ! -e "$BARE/run/taltun" ] || fail 'the purge leaves /run/taltun'
  getent_bare | diff - "$RUN/users-before" >/dev/null || fail 'the purge leaves the user'
}

bootstrap
mount_for_chroot
run_case 'the package installs where there is no Java' installs
[ "$FAILED" = 0 ] || finish
run_case 'the ahead-of-time cache and the native code are found' uses_cache
run_case 'manual and completion are there' documents
run_case 'the demo passes' demo
run_case 'a start is fast' start_to_ping
run_case 'the service user needs CAP_NET_ADMIN only' as_service
run_case 'a purge leaves nothing but keys' purges
finish
