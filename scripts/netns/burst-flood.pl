#!/usr/bin/perl
# Junk that the receiver's kernel joins (UDP_GRO): bursts of datagrams sent with UDP_SEGMENT look to it like the bursts of
# a fast peer.
#
#   burst-flood.pl index PORT                              the receiver index, in decimal, of the next transport message
#                                                          to UDP port PORT that this namespace sees; root
#   burst-flood.pl send ADDRESS PORT SECONDS INDEX SEED    up to 300 bursts a second; INDEX is that of a session that lives
use strict;
use warnings;
use Socket qw(AF_INET AF_INET6 IPPROTO_UDP SOCK_DGRAM inet_aton inet_pton pack_sockaddr_in pack_sockaddr_in6);

my $noise; # 128 KiB of it, as random bytes for every message take too long

use constant {
    UDP_SEGMENT       => 103,    # linux/udp.h
    AF_PACKET         => 17,
    ETH_P_ALL         => 3,
    PACKET_OUTGOING   => 4,      # linux/if_packet.h
    BURSTS_PER_SECOND => 300,
    MAX_SEGMENTS      => 64,
    MAX_BYTES         => 65_000,    # of one send
    MAX_SIZE          => 1472,      # what a path of 1500 bytes takes over IPv4; IPv6 takes 20 less
};

$| = 1;
my $what = shift // '';
if    ($what eq 'index' && @ARGV == 1) { print_index(@ARGV) }
elsif ($what eq 'send'  && @ARGV == 5) { flood(@ARGV) }
else                                   { die "burst-flood.pl index PORT | send ADDRESS PORT SECONDS INDEX SEED\n" }

sub print_index {
    my ($port) = @_;
    alarm 10;
    socket(my $socket, AF_PACKET, SOCK_DGRAM, unpack 'n', pack 'S', ETH_P_ALL) or die "socket: $!\n";
    while (1) {
        defined(my $from = recv($socket, my $packet, 65_536, 0)) or next;
        next if (unpack 'S n i S C', $from)[4] == PACKET_OUTGOING;
        my $version = ord($packet) >> 4;
        my $header  = $version == 4 ? (ord($packet) & 15) * 4 : 40;
        next if length $packet < $header + 8 + 32 || ord(substr $packet, $version == 4 ? 9 : 6) != IPPROTO_UDP;
        my ($to, $type, $index) = unpack 'x2 n x4 V V', substr $packet, $header;
        next unless $to == $port && $type == 4;
        print "$index\n";
        return;
    }
}

sub flood {
    my ($address, $port, $seconds, $index, $seed) = @_;
    my $v6 = index($address, ':') >= 0;
    srand $seed;
    $noise = pack 'L*', map { rand 2**32 } 1 .. 1 << 15;
    socket(my $socket, $v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
    connect($socket, $v6 ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) : pack_sockaddr_in($port, inet_aton($address)))
      or die "connect: $!\n";
    print "flooding $address, seed $seed\n";
    my ($datagrams, $refused, $end) = (0, 0, time + $seconds);
    for (my $burst = 0; time < $end; $burst++) {
        my @junk = junk($burst % 6, $index, MAX_SIZE - ($v6 ? 20 : 0));
        if (sent($socket, @junk)) { $datagrams += @junk }
        else                      { $refused++ }
        select undef, undef, undef, 1 / BURSTS_PER_SECOND;
    }
    print "sent $datagrams, refused $refused\n";
}

# junk KIND INDEX MAX: datagrams of one size, of which only the last may be shorter.
sub junk {
    my ($kind, $index, $max) = @_;
    my $size = $kind == 3 ? 1 + int rand 40 : 32 + int rand($max - 31);
    $size = (32, 64, 92, 148)[rand 4] if $kind == 4;
    $size = 1452 if $kind == 0; # as full packets of a tunnel are
    my $most  = int(MAX_BYTES / $size);
    my $count = 2 + int rand(($most > MAX_SEGMENTS ? MAX_SEGMENTS : $most) - 1);
    my @junk  = map { message($kind, $index, $_, $size) } 1 .. $count;
    $junk[-1] = substr $junk[-1], 0, 1 + int rand $size if rand(2) < 1;
    return @junk;
}

# By kind: 0, 1 transport messages of a live session; 2 of none; 3 shorter than or just as long as their header; 4 every
# type of message in lengths that handshakes have; 5 anything.
sub message {
    my ($kind, $index, $number, $size) = @_;
    my $type = $kind == 4 ? 1 + int rand 4 : 4;
    $type  = int rand 2**32 if $kind == 5;
    $index = int rand 2**32 if $kind == 2;
    my $message = pack 'V V Q<', $type, $index, $kind == 1 ? int rand 2**40 : $number;
    return substr $message . substr($noise, int rand 1 << 16, MAX_SIZE), 0, $size;
}

# sent SOCKET DATAGRAMS...: all in one message.
sub sent {
    my ($socket, @datagrams) = @_;
    setsockopt($socket, IPPROTO_UDP, UDP_SEGMENT, length $datagrams[0]) or die "UDP_SEGMENT: $!\n";
    return 1 if defined send($socket, join('', @datagrams), 0);
    # What an ICMP message told about an earlier one is reported once.
    return defined send($socket, join('', @datagrams), 0);
}
