#!/usr/bin/perl
# Sends content through a tunnel and back, and compares every byte. It needs perl-base and sha256sum only, so that it
# runs in the guest of kernel-peer.sh as well.
#
#   exchange.pl serve PORT                       answers until it is killed
#   exchange.pl check ADDRESS PORT BYTES SEED    BYTES over TCP and some hundred datagrams; prints what was exchanged, or
#                                                fails with a line that says what differs
#
# TCP: the server gets the whole stream, names its SHA-256 and sends it back, so that each direction is on its own.
# UDP: the client sends a burst, the server sends it back as a burst. Equal sizes in a row go out with UDP_SEGMENT.
use strict;
use warnings;
use Socket qw(AF_INET AF_INET6 IPPROTO_IPV6 IPPROTO_TCP IPPROTO_UDP IPV6_V6ONLY IN6ADDR_ANY MSG_DONTWAIT SOCK_DGRAM
  SOCK_STREAM SOL_SOCKET SO_RCVBUF SO_REUSEADDR TCP_NODELAY inet_aton inet_pton pack_sockaddr_in pack_sockaddr_in6);

use constant {
    UDP_SEGMENT  => 103,      # linux/udp.h
    MAX_SEGMENTS => 64,       # UDP_MAX_SEGMENTS up to Linux 6.8
    MAX_BYTES    => 65_000,   # of one send
    LARGEST_V4   => 1392,     # payload of a packet of the tunnel's MTU, 1420 bytes
    LARGEST_V6   => 1372,
    ROOM         => 65_536,
    TRIES        => 3,        # a busy machine may lose datagrams, but no burst three times
    SILENCE_S    => 2,
};

$| = 1;
my $what = shift // '';
if    ($what eq 'serve' && @ARGV == 1) { serve(@ARGV) }
elsif ($what eq 'check' && @ARGV == 4) { check(@ARGV) }
else                                   { die "exchange.pl serve PORT | check ADDRESS PORT BYTES SEED\n" }

# ---- the server ----

sub serve {
    my ($port) = @_;
    my $any = pack_sockaddr_in6($port, IN6ADDR_ANY);
    my ($streams, $datagrams);
    for ([\$streams, SOCK_STREAM], [\$datagrams, SOCK_DGRAM]) {
        my ($socket, $type) = @$_;
        socket($$socket, AF_INET6, $type, 0) or die "socket: $!\n";
        setsockopt($$socket, IPPROTO_IPV6, IPV6_V6ONLY, 0) && setsockopt($$socket, SOL_SOCKET, SO_REUSEADDR, 1);
        bind($$socket, $any) or die "bind: $!\n";
    }
    setsockopt($datagrams, SOL_SOCKET, SO_RCVBUF, 1 << 20);
    listen($streams, 8) or die "listen: $!\n";
    $SIG{CHLD} = 'IGNORE';
    print "ready\n";
    while (1) {
        my $readable = readable(undef, $streams, $datagrams);
        answer_burst($datagrams) if vec($readable, fileno $datagrams, 1);
        next unless vec($readable, fileno $streams, 1) && accept(my $stream, $streams);
        my $child = fork // die "fork: $!\n";
        if ($child == 0) { answer_stream($stream); exit 0 }
    }
}

sub answer_stream {
    my ($stream) = @_;
    alarm 60;
    my $content = read_all($stream);
    write_all($stream, sha256($content) . "\n" . $content);
}

# A burst ends with 10 ms of silence.
sub answer_burst {
    my ($socket) = @_;
    my ($to, @burst);
    do {
        while (defined(my $from = recv($socket, my $datagram, ROOM, MSG_DONTWAIT))) {
            send_burst($socket, $to, splice @burst) if defined $to && $from ne $to;
            $to = $from;
            push @burst, $datagram;
        }
    } while (vec(readable(0.01, $socket), fileno $socket, 1));
    send_burst($socket, $to, @burst) if @burst;
}

# ---- the client ----

my $seed;

sub check {
    my ($address, $port, $bytes);
    ($address, $port, $bytes, $seed) = @_;
    srand $seed;
    my $v6 = index($address, ':') >= 0;
    my $to = $v6 ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) : pack_sockaddr_in($port, inet_aton($address));
    my $family = $v6 ? AF_INET6 : AF_INET;
    local $SIG{ALRM} = sub { differs('no end within 60 s') };
    alarm 60;
    check_stream($family, $to, $bytes);
    my ($sent, $lost) = check_datagrams($family, $to, $v6 ? LARGEST_V6 : LARGEST_V4);
    print "$bytes bytes of TCP and $sent datagrams both ways, $lost lost\n";
}

sub differs { die "$_[0] (seed $seed)\n" }

# Large writes first, then odd ones that leave at once.
sub check_stream {
    my ($family, $to, $bytes) = @_;
    my $content = random_bytes($bytes);
    socket(my $stream, $family, SOCK_STREAM, 0) or die "socket: $!\n";
    connect($stream, $to) or die "connect: $!\n";
    my $at = int($bytes * 7 / 8);
    write_all($stream, substr $content, 0, $at);
    setsockopt($stream, IPPROTO_TCP, TCP_NODELAY, 1);
    while ($at < $bytes) {
        my $piece = substr $content, $at, 1 + int rand 5000;
        write_all($stream, $piece);
        $at += length $piece;
    }
    shutdown($stream, 1);
    my ($there, $back) = split /\n/, read_all($stream), 2;
    defined $back or differs('the stream broke off');
    $there eq sha256($content) or differs("another SHA-256 than the server's: the stream changed on its way there");
    $back eq $content or differs('the stream changed on its way back at byte ' . first_difference($content, $back));
}

sub first_difference {
    my ($differing) = ($_[0] ^ $_[1]) =~ /^(\0*)/;
    return length($differing) . ' of ' . length($_[0]) . ', ' . length($_[1]) . ' came';
}

sub check_datagrams {
    my ($family, $to, $largest) = @_;
    my ($sent, $lost) = (0, 0);
    socket(my $socket, $family, SOCK_DGRAM, 0) or die "socket: $!\n";
    setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 1 << 20);
    connect($socket, $to) or die "connect: $!\n";
    for my $sizes (bursts($largest)) {
        my $try = 0;
        while (my $missing = exchange($socket, @$sizes)) {
            $lost += $missing;
            ++$try < TRIES or differs("$missing datagrams lost of a burst of @$sizes bytes");
        }
        $sent += @$sizes;
    }
    $lost * 20 <= $sent or differs("$lost datagrams lost, $sent exchanged");
    return ($sent, $lost);
}

# bursts LARGEST: lists of sizes. LARGEST fits into one packet of the MTU, anything more goes in fragments.
sub bursts {
    my ($largest) = @_;
    return (
        [(1372) x 46],
        [(LARGEST_V4) x 40],
        [(1) x 50],
        [1 .. 40],
        [map { 1 + int rand LARGEST_V4 } 1 .. 60],
        [(700) x 20, 300, (700) x 5, 701, 699, (64) x 30, 63, 65],
        [(1200) x 12, 1, 0, 5, 0, 0],
        [$largest + 1, $largest, 2000, 4000, 4001, 8191, $largest + 1, 20_000],
    );
}

# exchange SOCKET SIZES...: the number of datagrams that did not come back. One that was never sent is the end.
sub exchange {
    my ($socket, @sizes) = @_;
    my %awaited;
    my @burst = map { random_bytes($_) } @sizes;
    $awaited{$_}++ for @burst;
    1 while defined recv($socket, my $late, ROOM, MSG_DONTWAIT); # of an earlier try
    send_burst($socket, undef, @burst);
    my $missing = @burst;
    while ($missing > 0 && vec(readable(SILENCE_S, $socket), fileno $socket, 1)) {
        defined recv($socket, my $datagram, ROOM, 0) or next;
        $awaited{$datagram}-- or differs(length($datagram) . ' bytes came back that were not sent, in a burst of ' . "@sizes");
        delete $awaited{$datagram} unless $awaited{$datagram};
        $missing--;
    }
    return $missing;
}

# ---- both ----

# send_burst SOCKET TO DATAGRAMS...: TO is undef on a connected socket.
sub send_burst {
    my ($socket, $to, @burst) = @_;
    while (@burst) {
        my @run = shift @burst;
        my $size = length $run[0];
        push @run, shift @burst
          while $size && @burst && length $burst[0] == $size && @run < MAX_SEGMENTS && (@run + 1) * $size <= MAX_BYTES;
        next if @run > 1 && segmented($socket, $to, $size, join '', @run);
        one($socket, $to, $_) for @run;
    }
}

# The kernel refuses UDP_SEGMENT for fragments and, before Linux 6.11, where a device completes no checksums.
sub segmented {
    my ($socket, $to, $size, $joined) = @_;
    setsockopt($socket, IPPROTO_UDP, UDP_SEGMENT, $size) or return 0;
    my $sent = one($socket, $to, $joined);
    setsockopt($socket, IPPROTO_UDP, UDP_SEGMENT, 0);
    return $sent;
}

sub one { defined $_[1] ? defined send($_[0], $_[2], 0, $_[1]) : defined send($_[0], $_[2], 0) }

# readable SECONDS SOCKETS...: the bit vector of those that are.
sub readable {
    my ($seconds, @sockets) = @_;
    my $wanted = '';
    vec($wanted, fileno $_, 1) = 1 for @sockets;
    select($wanted, undef, undef, $seconds) > 0 or return '';
    return $wanted;
}

sub read_all {
    my ($stream) = @_;
    my $content = '';
    while (1) {
        my $read = sysread $stream, $content, ROOM, length $content;
        defined $read or last;
        $read         or last;
    }
    return $content;
}

sub write_all {
    my ($stream, $content) = @_;
    my $at = 0;
    while ($at < length $content) {
        my $written = syswrite $stream, $content, 4 * ROOM, $at;
        defined $written or die "write: $!\n";
        $at += $written;
    }
}

sub random_bytes {
    my ($count) = @_;
    return substr pack('L*', map { rand 2**32 } 1 .. ($count + 3) / 4), 0, $count;
}

sub sha256 {
    my ($content) = @_;
    my $file = ($ENV{TMPDIR} // '/tmp') . "/exchange.$$";
    open my $out, '>:raw', $file or die "$file: $!\n";
    print $out $content;
    close $out;
    my ($sum) = `sha256sum <$file` =~ /^([0-9a-f]{64})/;
    unlink $file;
    return $sum // die "no sha256sum\n";
}
