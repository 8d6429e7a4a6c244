#!/usr/bin/perl
# A NAT of one client: carries datagrams between whoever last sent to LISTEN and TARGET, and spoils the path when told to.
#
#   relay.pl LISTEN_IPV4:PORT TARGET_IPV4:PORT COMMANDS
#
# SIGUSR1 makes it read the first line of the file COMMANDS:
#   rebind                                       goes on from another port, as a NAT does that has forgotten
#   spoil MS [loss=PERCENT] [twice=PERCENT] [delay=MS] [seed=N]
#                                                for MS: loses, doubles, and holds a tenth back for up to DELAY, which
#                                                reorders; in both directions
use strict;
use warnings;
use Socket qw(AF_INET MSG_DONTWAIT SOCK_DGRAM SOL_SOCKET INADDR_ANY inet_aton pack_sockaddr_in);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

use constant {
    SO_RCVBUFFORCE => 33,
    SO_SNDBUFFORCE => 32,
    BUFFER_BYTES   => 8 << 20,    # a machine that stalls loses nothing here
    BATCH          => 64,
    HELD_SHARE     => 0.1,
};

@ARGV == 3 or die "relay.pl LISTEN_IPV4:PORT TARGET_IPV4:PORT COMMANDS\n";
my ($listen, $target) = map { my ($host, $port) = split /:/; pack_sockaddr_in($port, inet_aton($host)) } @ARGV[0, 1];
my $commands = $ARGV[2];

my $inside  = udp($listen);
my $outside = udp(pack_sockaddr_in(0, INADDR_ANY));
my ($client, $told, %spoil, @held);
my $spoilt_until = 0;
$SIG{USR1} = sub { $told = 1 };
$| = 1;
print "ready\n";

while (1) {
    my $wanted = '';
    vec($wanted, fileno $_, 1) = 1 for $inside, $outside;
    my $readable = $wanted;
    select($readable, undef, undef, @held ? 0.005 : 1);
    obey() if $told;
    for (1 .. BATCH) {
        my $from = recv($inside, my $datagram, 65_536, MSG_DONTWAIT) // last;
        $client = $from;
        carry($outside, $target, $datagram);
    }
    for (1 .. BATCH) {
        defined recv($outside, my $datagram, 65_536, MSG_DONTWAIT) or last;
        carry($inside, $client, $datagram) if defined $client;
    }
    release();
}

sub now_ms { return clock_gettime(CLOCK_MONOTONIC) * 1000 }

sub udp {
    my ($address) = @_;
    socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
    setsockopt($socket, SOL_SOCKET, $_, BUFFER_BYTES) for SO_RCVBUFFORCE, SO_SNDBUFFORCE;
    bind($socket, $address) or die "bind: $!\n";
    return $socket;
}

sub obey {
    $told = 0;
    open my $in, '<', $commands or return;
    my ($word, $ms, @settings) = split ' ', <$in> // '';
    close $in;
    if ($word eq 'rebind') {
        my $old = $outside;
        $outside = udp(pack_sockaddr_in(0, INADDR_ANY)); # the old one is still open, so this is another port
    }
    elsif ($word eq 'spoil') {
        %spoil = map { split /=/ } @settings;
        srand $spoil{seed} if defined $spoil{seed};
        $spoilt_until = now_ms() + $ms;
    }
    print "$word\n";
}

sub carry {
    my ($socket, $to, $datagram) = @_;
    if ($spoilt_until && now_ms() < $spoilt_until) {
        return if rand(100) < ($spoil{loss} // 0);
        if ($spoil{delay} && rand() < HELD_SHARE) {
            push @held, [now_ms() + rand $spoil{delay}, $socket, $to, $datagram];
            return;
        }
        send($socket, $datagram, 0, $to) if rand(100) < ($spoil{twice} // 0);
    }
    send($socket, $datagram, 0, $to);
}

# Held in no order: there are few.
sub release {
    return unless @held;
    my $now = now_ms();
    for (grep { $_->[0] <= $now } @held) {
        my (undef, $socket, $to, $datagram) = @$_;
        send($socket, $datagram, 0, $to);
    }
    @held = grep { $_->[0] > $now } @held;
}
