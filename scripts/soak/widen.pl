#!/usr/bin/perl
# Gives the UDP sockets of a running process larger receive buffers: wireguard-go up to 2022 asks for none, and what a busy
# machine does not let it read in time would be lost. Root, Linux 5.6.
#
#   widen.pl PID BYTES        prints how many sockets it widened; fails when there was none
use strict;
use warnings;
use Socket qw(AF_INET AF_INET6 SOCK_DGRAM SOL_SOCKET SO_TYPE);

use constant {
    PIDFD_OPEN     => 434,    # the same number on every architecture
    PIDFD_GETFD    => 438,
    SO_RCVBUFFORCE => 33,
    SO_DOMAIN      => 39,
};

@ARGV == 2 or die "widen.pl PID BYTES\n";
my ($pid, $bytes) = map { $_ + 0 } @ARGV;
my $process = syscall PIDFD_OPEN, $pid, 0;
$process >= 0 or die "pidfd_open: $!\n";
my $widened = 0;
for my $file (glob "/proc/$pid/fd/*") {
    my $target = readlink $file;
    next unless defined $target && $target =~ /^socket:/ && $file =~ m{/(\d+)$};
    my $fd = syscall PIDFD_GETFD, $process, $1 + 0, 0;
    next if $fd < 0;
    open my $socket, '+<&=', $fd or next;
    next if option($socket, SO_TYPE) != SOCK_DGRAM;
    my $family = option($socket, SO_DOMAIN);
    next if $family != AF_INET && $family != AF_INET6;
    setsockopt($socket, SOL_SOCKET, SO_RCVBUFFORCE, $bytes) or die "setsockopt: $!\n";
    $widened++;
}
print "$widened\n";
exit($widened ? 0 : 1);

sub option { return unpack 'i', getsockopt($_[0], SOL_SOCKET, $_[1]) // pack 'i', -1 }
