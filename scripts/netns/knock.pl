#!/usr/bin/perl
# Asks whether a host can be talked to on a port, over TCP or UDP. It needs perl-base only.
#
#   knock.pl serve PORT...                      answers on TCP and UDP until it is killed; prints `ready`
#   knock.pl tcp|udp ADDRESS PORT [BYTES]       0 when BYTES (5 unless said) come back within two seconds
use strict;
use warnings;
use Errno ();
use Socket qw(AF_INET AF_INET6 IN6ADDR_ANY IPPROTO_IPV6 IPV6_V6ONLY SOCK_DGRAM SOCK_STREAM SOL_SOCKET SO_REUSEADDR
  inet_pton pack_sockaddr_in pack_sockaddr_in6);

use constant { PATIENCE_S => 2, AGAIN_S => 0.5, ROOM => 65_536 };

$| = 1;
my $what = shift // '';
if    ($what eq 'serve' && @ARGV)                  { serve(@ARGV) }
elsif ($what =~ /^(?:tcp|udp)$/ && @ARGV >= 2)     { knock($what, @ARGV) }
else                                               { die "knock.pl serve PORT... | tcp|udp ADDRESS PORT [BYTES]\n" }

sub serve {
    my (%listening, %datagrams, %connected);
    for my $port (@_) {
        for my $type (SOCK_STREAM, SOCK_DGRAM) {
            socket(my $socket, AF_INET6, $type, 0) or die "socket: $!\n";
            setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);
            setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
            bind($socket, pack_sockaddr_in6($port, IN6ADDR_ANY)) or die "bind $port: $!\n";
            if ($type == SOCK_STREAM) {
                listen($socket, 16) or die "listen: $!\n";
                $listening{fileno $socket} = $socket;
            } else {
                $datagrams{fileno $socket} = $socket;
            }
        }
    }
    print "ready\n";
    while (1) {
        my $bits = '';
        vec($bits, $_, 1) = 1 for keys %listening, keys %datagrams, keys %connected;
        select($bits, undef, undef, undef) > 0 or next;
        for my $fd (grep { vec($bits, $_, 1) } keys %listening, keys %datagrams, keys %connected) {
            if (my $socket = $listening{$fd}) {
                my $client;
                $connected{fileno $client} = $client if accept($client, $socket);
            } elsif ($socket = $datagrams{$fd}) {
                my $from = recv($socket, my $bytes, ROOM, 0);
                send($socket, $bytes, 0, $from) if defined $from;
            } elsif ($socket = $connected{$fd}) {
                my $read = sysread($socket, my $bytes, ROOM);
                if ($read) { syswrite($socket, $bytes) } else { delete $connected{$fd} }
            }
        }
    }
}

sub knock {
    my ($protocol, $address, $port, $bytes) = @_;
    my $sent = 'knock' x 20_000;
    $sent = substr($sent, 0, $bytes // 5);
    my $family = $address =~ /:/ ? AF_INET6 : AF_INET;
    my $raw = inet_pton($family, $address) // die "knock.pl: $address is no address\n";
    my $to = $family == AF_INET6 ? pack_sockaddr_in6($port, $raw) : pack_sockaddr_in($port, $raw);
    local $SIG{ALRM} = sub { die "no answer\n" };
    alarm PATIENCE_S;
    socket(my $socket, $family, $protocol eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0) or die "socket: $!\n";
    connect($socket, $to) or die "connect: $!\n";
    # A router may tell either side of a smaller MTU: what was sent is lost, and cut by that the next time.
    my ($got, $mask) = ('', '');
    vec($mask, fileno $socket, 1) = 1;
    syswrite($socket, $sent);
    until (length $got == length $sent) {
        if (select(my $ready = $mask, undef, undef, AGAIN_S) == 0) {
            syswrite($socket, $sent) if $protocol eq 'udp';
            next;
        }
        $got = '' if $protocol eq 'udp';
        my $read = sysread($socket, $got, ROOM, length $got);
        die 'receive: ', defined $read ? "the end\n" : "$!\n" if !$read && !$!{EMSGSIZE};
    }
    die "another answer\n" if $got ne $sent;
}
