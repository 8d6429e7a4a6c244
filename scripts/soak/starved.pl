#!/usr/bin/perl
# Says when the machine let a thread of a gateway wait for a CPU, for whoever asks why a ping was late or lost.
#
#   starved.pl PIDS        until SIGTERM; PIDS is a file with lines NAME PID, read again and again
#
# A line for each second in which a thread of NAME waited MS or more of it, runnable, while others ran:
#   starved NAME AT_MS WAITED_MS
# The kernel counts the waiting: the second number of /proc/PID/task/TID/schedstat, in nanoseconds.
use strict;
use warnings;
use Time::HiRes qw(sleep time);

use constant { EVERY_S => 1, WORTH_MS => 300 };

@ARGV == 1 or die "starved.pl PIDS\n";
$| = 1;
my %waited; # nanoseconds by PID/task/TID
while (1) {
    my %now;
    my $at = int(time * 1000);
    open my $in, '<', $ARGV[0] or die "$ARGV[0]: $!\n";
    for (<$in>) {
        my ($name, $pid) = split ' ';
        my $most = 0;
        for my $file (glob "/proc/$pid/task/*/schedstat") {
            open my $stat, '<', $file or next;
            my $ns = (split ' ', <$stat> // '0 0')[1];
            my $ms = ($ns - ($waited{$file} // $ns)) / 1e6;
            $most = $ms if $ms > $most;
            $now{$file} = $ns;
        }
        printf "starved %s %d %d\n", $name, $at, $most if $most >= WORTH_MS;
    }
    %waited = %now;
    sleep EVERY_S;
}
