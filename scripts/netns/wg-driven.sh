# shellcheck shell=bash
# What the scripts share in which nothing but wg, wg-quick and ip configures Taltun. Source it after gateways.sh.

# The program under test; TALTUN_KIND=wireguard-go tries the cases themselves out.
readonly DRIVEN=${TALTUN_KIND:-taltun-wg}

# uapi NAME: the answer to the lines of stdin, as the socket gives it.
uapi() {
  timeout 60 perl -MIO::Socket::UNIX -e '
    my $socket = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$ARGV[0]: $!\n";
    print $socket join "", <STDIN>;
    $socket->flush;
    while (my $line = <$socket>) { print $line; last if $line eq "\n" }
  ' "/run/wireguard/$(device "$1").sock"
}

# settings_of NAME: what wg shows of its settings, with the order that means nothing taken away. No handshakes, no bytes.
settings_of() {
  gw "$1" wg show "$(device "$1")" dump | perl -lne '
    my @field = split /\t/;
    if (@field > 4) { $field[3] = join ",", sort split /,/, $field[3]; @field = @field[0 .. 3, 7] }
    push @line, join "\t", @field;
    END { print shift @line; print for sort @line }'
}

# conf_of NAME: wg showconf, in an order of its own.
conf_of() {
  gw "$1" wg showconf "$(device "$1")" | perl -00 -lne '
    s/^(AllowedIPs = )(.*)$/$1 . join ", ", sort split m(, ), $2/me;
    push @section, $_;
    END { print shift @section; print for sort @section }'
}

# same A B WHAT: both texts are equal.
same() {
  [ "$1" = "$2" ] || fail "$3: $(diff <(echo "$1") <(echo "$2") | grep '^[<>]' | head -n 4 | tr '\n\t' '  ')"
}

key_file() { # NAME KEY: its path
  (umask 077 && echo "$2" >"$LOGS/$1.key") && echo "$LOGS/$1.key"
}

# flood FROM ADDRESS COUNT COMMAND...: pings every 5 ms while the command runs; none may get lost.
flood() {
  local from=$1 address=$2 count=$3 log pings
  shift 3
  log=$LOGS/flood
  gw "$from" timeout 120 ping -n -q -i 0.005 -c "$count" -W 10 "$address" >"$log" 2>&1 &
  pings=$!
  sleep 0.5
  "$@"
  wait $pings
  grep -q " $count received" "$log" || fail "of pings every 5 ms: $(grep received "$log")"
}

# heard_again FROM TO: within the time that a handshake and its retries need. What was on the way while the other side
# moved may be lost.
heard_again() {
  wait_for 30 ping_through "$1" "$2" 4 -c 1 -w 2 || fail "$1 does not reach $2 any more"
}

# gone NAME: neither its process nor its sockets are there.
gone() {
  local name=$1
  [ -z "$(process_start_time "$(pid "$name")")" ] || return 1
  ! compgen -G "/run/*/$(device "$name").sock" >/dev/null
}

# driven_pair KIND [OPTIONS...]: a, driven by wg, and b know each other; the options go to both entries.
driven_pair() {
  local kind=$1
  shift
  gateway a "$DRIVEN" a 10.99.0.1/24 fd99::1/64
  gateway b "$kind" b 10.99.0.2/24 fd99::2/64
  peer a b endpoint="$(outer4 0 2):$PORT" "$@"
  peer b a endpoint="$(outer4 0 1):$PORT" "$@"
  gateway_up b
  gateway_up a
  must ping_through a b 4
  must ping_through b a 6
}

# for_each_peer NAME FUNCTION: a case for each kind that may be on the other side.
for_each_peer() {
  run_case "wg: $1, with wireguard-go" "$2" wireguard-go
  run_case "wg: $1, with another Taltun" "$2" "$DRIVEN"
}
