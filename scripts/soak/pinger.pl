#!/usr/bin/perl
# Pings several addresses at a steady pace and says which pings were never answered.
#
#   pinger.pl INTERVAL_MS NAME=IPV4...      root; until SIGTERM, then it waits for the answers still due
#
# A line for each that is lost, and one for each name every minute and at the end:
#   lost NAME SENT_MS SEQUENCE REASON       no answer within 10 s, or the errno of the send
#   late NAME SENT_MS SEQUENCE RTT_MS       answered after more than a second; of each name the first 500 only
#   sum NAME sent=N answered=N lost=N late=N twice=N rtt_max_ms=N
#   stall AT_MS MS                          the machine did not let it run for more than a second
# Times are milliseconds since 1970. An answer that comes late (after a second) or twice is not lost: the sequence number
# of 32 bits is in the payload, so that it never wraps.
use strict;
use warnings;
use Socket qw(AF_INET MSG_DONTWAIT SOCK_RAW SOL_SOCKET SO_RCVBUF inet_aton pack_sockaddr_in);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC time);

use constant {
    WAIT_MS     => 10_000,
    LATE_MS     => 1_000,
    LATE_LINES  => 500,
    STALL_MS    => 1_000,
    SUM_MS      => 60_000,
    SOL_RAW     => 255,
    ICMP_FILTER => 1,       # linux/icmp.h: a set bit blocks the type
    ECHO_REPLY  => 0,
    ECHO        => 8,
    MAGIC       => 'soakping',
};

$| = 1;
my $interval = shift // '';
@ARGV && $interval =~ /^[1-9]\d*$/ or die "pinger.pl INTERVAL_MS NAME=IPV4...\n";
my @targets;
for (@ARGV) {
    my ($name, $address) = /^([^=]+)=([\d.]+)$/ or die "pinger.pl: $_\n";
    push @targets, { name => $name, address => inet_aton($address), due => [], map { $_ => 0 } qw(sent answered lost late twice max) };
}
my %by_index = map { $_ => $targets[$_] } 0 .. $#targets;

socket(my $socket, AF_INET, SOCK_RAW, 1) or die "socket: $!\n";
setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 1 << 20);
setsockopt($socket, SOL_RAW, ICMP_FILTER, pack 'L', ~(1 << ECHO_REPLY) & 0xffffffff);

my $ending = 0;
$SIG{TERM} = $SIG{INT} = sub { $ending = 1 };
my $sequence = 0;
my $next     = now();
my $next_sum = $next + SUM_MS;

until ($ending && !grep { @{ $_->{due} } } @targets) {
    my $now = now();
    if (!$ending && $now >= $next) {
        if ($now - $next > STALL_MS) {
            printf "stall %d %d\n", wall_ms(), $now - $next;
            $next = $now;
        }
        ping($_) for 0 .. $#targets;
        $sequence++;
        $next += $interval;
    }
    receive();
    expire();
    if (now() >= $next_sum) { sums(); $next_sum += SUM_MS }
    my $pause = $ending ? 100 : $next - now();
    my $readable = '';
    vec($readable, fileno $socket, 1) = 1;
    select($readable, undef, undef, $pause / 1000) if $pause > 0;
}
sums();

sub now     { return clock_gettime(CLOCK_MONOTONIC) * 1000 }
sub wall_ms { return int(time * 1000) }

sub ping {
    my ($index) = @_;
    my $target  = $by_index{$index};
    my $payload = MAGIC . pack 'L L', $index, $sequence;
    my $message = pack 'C C n n n a*', ECHO, 0, 0, $$ & 0xffff, $sequence & 0xffff, $payload;
    substr $message, 2, 2, pack 'n', checksum($message);
    my $ping = { sequence => $sequence, at => now(), wall => wall_ms(), target => $target };
    $target->{sent}++;
    if (defined send($socket, $message, MSG_DONTWAIT, pack_sockaddr_in(0, $target->{address}))) {
        push @{ $target->{due} }, $ping;
        $target->{open}{$sequence} = $ping;
    }
    else { lost($ping, $!{ENETUNREACH} ? 'ENETUNREACH' : $!{ENOBUFS} ? 'ENOBUFS' : 'errno' . ($! + 0)) }
}

sub lost {
    my ($ping, $reason) = @_;
    $ping->{target}{lost}++;
    print "lost $ping->{target}{name} $ping->{wall} $ping->{sequence} $reason\n";
}

sub receive {
    while (defined(my $from = recv($socket, my $packet, 2048, MSG_DONTWAIT))) {
        my $at = (ord($packet) & 15) * 4;
        next if length($packet) < $at + 8 + 16;
        my ($type, $id, $magic, $index, $answered) = unpack 'C x3 n x2 a8 L L', substr $packet, $at;
        next if $type != ECHO_REPLY || $id != ($$ & 0xffff) || $magic ne MAGIC;
        my $target = $by_index{$index} or next;
        next if substr($packet, 12, 4) ne $target->{address};
        my $ping = delete $target->{open}{$answered};
        if (!$ping) { $target->{twice}++; next }
        my $rtt = now() - $ping->{at};
        $ping->{answered} = 1;
        $target->{answered}++;
        if ($rtt > LATE_MS && ++$target->{late} <= LATE_LINES) {
            printf "late %s %d %d %d\n", $target->{name}, @$ping{qw(wall sequence)}, $rtt;
        }
        $target->{max} = $rtt if $rtt > $target->{max};
    }
}

# Called after everything that has arrived was read: a stall of this process loses nothing.
sub expire {
    my $now = now();
    for my $target (@targets) {
        my $due = $target->{due};
        while (@$due && ($due->[0]{answered} || $now - $due->[0]{at} > WAIT_MS)) {
            my $ping = shift @$due;
            next if $ping->{answered};
            delete $target->{open}{ $ping->{sequence} };
            lost($ping, 'unanswered');
        }
    }
}

sub sums {
    printf "sum %s sent=%d answered=%d lost=%d late=%d twice=%d rtt_max_ms=%d\n", @$_{qw(name sent answered lost late twice max)}
      for @targets;
}

# RFC 1071.
sub checksum {
    my ($bytes) = @_;
    my $sum = 0;
    $sum += $_ for unpack 'n*', $bytes;
    $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
    return ~$sum & 0xffff;
}
