#!/bin/bash
# The package's service under systemd: a bare Debian, made by debootstrap and booted in a container, runs the gateway; a
# second one, outside, is its peer. Root only; takes about three minutes. lib/bare-debian.sh says what DEB and BASE may be.
#
#   scripts/systemd-test.sh [CASE]      CASE: a pattern; 'starts' has to be among them
#
#   a: the container's network namespace  198.18.0.1 ── 198.18.0.2  b: a Taltun of this checkout
[ -n "${TALTUN_OWN_MOUNTS:-}" ] || TALTUN_OWN_MOUNTS=1 exec unshare --mount "$0" "$@"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/netns/lib.sh"
. "$ROOT/scripts/lib/packages.sh"
need 'the test of the service' debootstrap systemd-container wireguard-tools iperf3 iproute2 iputils-ping jq util-linux || exit 1
. "$ROOT/scripts/netns/gateways.sh"
. "$ROOT/scripts/netns/motion.sh"
. "$ROOT/scripts/lib/bare-debian.sh"
need_package || exit 1

readonly UNIT=taltun@my-site.service WATCHDOG_SECONDS=30

# inside COMMAND...: as root in the container, in all of its namespaces.
inside() {
  timeout "${INSIDE_TIMEOUT:-120}" nsenter --target "$LEADER" --mount --uts --ipc --pid --net --cgroup -- \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

property() { inside systemctl show --property "$1" --value "$UNIT"; }

main_pid() { property MainPID; }

# journal: of the unit; a gateway's log, as an operator sees it.
journal() { inside journalctl --no-pager --output cat --unit "$UNIT"; }

# with_journal CASE: leaves the unit's log among those of the case.
with_journal() {
  trap 'journal >"$LOGS/journal.log" 2>&1' EXIT
  "$@"
}

boot() {
  bootstrap systemd
  # No login and no other network than what it is given.
  rm -f "$BARE/etc/resolv.conf"
  # Not by `start`: `ip netns exec` hides the control groups.
  SYSTEMD_LOG_LEVEL=warning systemd-nspawn --quiet --boot --register=no --keep-unit --directory "$BARE" --machine "$ID" \
    --network-namespace-path "/run/netns/$ID-a" --capability=CAP_NET_ADMIN --console=passive \
    >"$LOGS/nspawn.log" 2>&1 </dev/null &
  NSPAWN=$!
  echo "process $NSPAWN $(process_start_time $NSPAWN)" >>"$MADE"
  wait_for 60 booted || fail "the container does not boot: $(tail -n 1 "$LOGS/nspawn.log")"
  # As udev makes it; this machine's may be root's alone.
  must inside chmod 666 /dev/net/tun
}

booted() {
  LEADER=$(pgrep --parent "$NSPAWN" --newest)
  [ -n "$LEADER" ] || return 1
  case $(inside systemctl is-system-running) in running | degraded) ;; *) return 1 ;; esac
}

starts() {
  cp "$DEB" "$BARE/root/taltun.deb"
  must inside dpkg -i /root/taltun.deb
  (
    umask 077
    peers_yaml a >"$LOGS/with-key"
    mkdir -p "$BARE/etc/credstore"
    sed -n 's/^ *private-key: *//p' "$LOGS/with-key" | tr -d \" >"$BARE/etc/credstore/my-site.key"
    sed 's/private-key: .*/private-key-file: my-site.key/' "$LOGS/with-key" >"$BARE/etc/taltun/my-site.yaml"
    mv "$LOGS/with-key" "$BARE/root/other.yaml"
  )
  must inside systemctl enable --now "$UNIT"
  [ "$(property ActiveState)" = active ] || fail "it is not active: $(journal | tail -n 1)"
  [ "$(stat -c %U "/proc/$(in_host "$(main_pid)")")" != root ] || fail 'it runs as root'
  must ping_through b a 4
  must ping_through b a 6
  note "exposure: $(inside systemd-analyze security --no-pager "$UNIT" | tail -n 1 | sed 's/.*: //')"
}

# in_host PID: the number of one of the container's processes out here.
in_host() {
  grep -lsE "^NSpid:.*\s$1\$" /proc/[0-9]*/status | while read -r status; do
    [ "$(readlink "${status%/*}/ns/pid" | sed 's/status//')" = "$(readlink "/proc/$LEADER/ns/pid")" ] && grep -oP '^NSpid:\s+\K[0-9]+' "$status"
  done | head -n 1
}

reloads() {
  local before
  before=$(main_pid)
  sed -i 's/persistent-keepalive: off/persistent-keepalive: 25s/' "$BARE/etc/taltun/my-site.yaml"
  # As an editor of root's leaves it.
  cp "$BARE/etc/taltun/my-site.yaml" "$BARE/etc/taltun/new" && chmod 600 "$BARE/etc/taltun/new" &&
    mv "$BARE/etc/taltun/new" "$BARE/etc/taltun/my-site.yaml"
  must inside systemctl reload "$UNIT"
  wait_for 10 journal_says 'is reloaded: 1 change' || fail "no reload: $(journal | tail -n 1)"
  echo 'nonsense: 1' >>"$BARE/etc/taltun/my-site.yaml"
  inside systemctl reload "$UNIT"
  wait_for 10 journal_says 'goes on as it was: 1 error' || fail "no word of the error: $(journal | tail -n 1)"
  sed -i '$d' "$BARE/etc/taltun/my-site.yaml"
  [ "$(main_pid)" = "$before" ] && [ "$(property ActiveState)" = active ] || fail 'it is another process'
  must ping_through b a 4
}

journal_says() { journal | grep -q "$1"; }

# goes_on_in_another BEFORE: the service is another process, as the same user, and nothing was lost.
goes_on_in_another() {
  local after
  after=$(main_pid)
  [ "$after" != "$1" ] && [ "$after" != 0 ] || fail "the main process is $after and was $1: $(journal | tail -n 1)"
  [ "$(property ActiveState).$(property SubState)" = active.running ] || fail "it is $(property ActiveState)"
  [ "$(stat -c %U "/proc/$(in_host "$after")")" != root ] || fail 'it runs as root'
  [ "$(property NRestarts)" = 0 ] || fail 'systemd started it anew'
  ! journal_says 'not our child' || fail 'systemd does not supervise it'
  inside test -e "/proc/$1" && fail 'the process before still runs'
  return 0
}

takeover() {
  local before handshake
  before=$(main_pid)
  handshake=$(wg_field b a 5)
  pings_in_motion b "$(inner4 a)"
  must inside taltun up -c /etc/taltun/my-site.yaml --takeover
  wait_for 10 [ "$(main_pid)" != "$before" ] || fail "systemd follows the old process: $(journal | tail -n 2)"
  sleep 1
  end_pings b 0
  goes_on_in_another "$before"
  [ "$(wg_field b a 5)" = "$handshake" ] || fail 'there was a handshake'
  note "$(journal | grep -o 'stood still for .*' | tail -n 1)"
}

# Root's commands see the service's credentials, as its process does.
commands() {
  must inside taltun check -c /etc/taltun/my-site.yaml
  inside taltun peer list -c /etc/taltun/my-site.yaml >"$LOGS/list" || fail 'peer list fails'
  grep -q "$(public b)" "$LOGS/list" || fail 'peer list does not name the peer'
  cp -p "$BARE/etc/taltun/my-site.yaml" "$BARE/root/"
  must_not inside taltun check -c /root/my-site.yaml
}

# A service of one file is not taken over with another; nor does a file that cannot be read end it.
refuses() {
  local before
  before=$(main_pid)
  cp -p "$BARE/root/other.yaml" "$BARE/etc/taltun/other.yaml"
  must inside taltun check -c /etc/taltun/other.yaml
  must_not inside taltun up -c /etc/taltun/other.yaml --takeover
  rm "$BARE/etc/taltun/other.yaml"
  [ "$(main_pid)" = "$before" ] || fail 'it was taken over'
  must ping_through b a 4
}

watchdog_is_fed() {
  local before
  before=$(main_pid)
  sleep $((WATCHDOG_SECONDS + 5))
  [ "$(main_pid)" = "$before" ] && [ "$(property NRestarts)" = 0 ] || fail "the watchdog bit: $(journal | tail -n 1)"
}

# The package's runtime takes the place of the running one's files; helpers of another Java would refuse to work.
upgrade() {
  local before
  before=$(main_pid)
  printf '#!/bin/sh\nexit 1\n' >"$BARE/usr/lib/taltun/runtime/lib/jspawnhelper"
  pings_in_motion b "$(inner4 a)"
  must inside dpkg -i /root/taltun.deb
  sleep 1
  end_pings b 0
  goes_on_in_another "$before"
}

# The manager has to notice the end of a process that it did not start itself.
is_missed() {
  local before
  before=$(main_pid)
  must kill -KILL "$(in_host "$before")"
  wait_for 20 restarted "$before" || fail "it was not started anew: $(property ActiveState)"
  must ping_through b a 4
}

restarted() { [ "$(property NRestarts)" = 1 ] && [ "$(property SubState)" = running ]; }

stops() {
  must inside systemctl stop "$UNIT"
  [ "$(property Result)" = success ] || fail "it ended with $(property Result)"
  must_not gw a ip link show "$(device a)"
  [ -z "$(inside find /run/taltun /run/wireguard -name '*.sock' -o -name '*.takeover')" ] || fail 'sockets are left'
}

must ns_pair a b
boot
gateway a taltun a 10.99.0.1/24 fd99::1/64
gateway b taltun b 10.99.0.2/24 fd99::2/64
peer a b
peer b a endpoint="$(outer4 0 1):$PORT"
gateway_up b
run_case 'the service starts' with_journal starts
[ "$FAILED" = 0 ] || finish
run_case 'a reload takes root'"'"'s file over' with_journal reloads
run_case 'commands of root see its credentials' with_journal commands
run_case 'a takeover stays in the service and loses nothing' with_journal takeover
run_case 'a takeover with another file is refused' with_journal refuses
run_case 'the watchdog is fed by the process that took over' with_journal watchdog_is_fed
run_case 'an upgrade of the package loses nothing' with_journal upgrade
run_case 'a process that took over is missed' with_journal is_missed
run_case 'a stop leaves nothing' with_journal stops
finish
