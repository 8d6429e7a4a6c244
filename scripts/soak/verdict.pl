#!/usr/bin/perl
# What a soak run has come to, from the files in its folder.
#
#   verdict.pl progress FOLDER                        one line
#   verdict.pl judge FOLDER GATEWAY_LOG...            the table; exit 0 when every line of it is ok, else 1
#
# FOLDER holds:
#   faults        begin ID KIND PEER[,PEER...] AT_MS BOUND_S     PEER `none`: nobody may notice
#                 end ID AT_MS                                   the fault itself is over
#   pings-*       the lines of pinger.pl; a stream is called PEER, or gw-PEER for the other way
#   traffic       iperf PEER WHAT BEGIN_MS END_MS BYTES NOTE | content PEER WHAT BEGIN_MS END_MS BYTES NOTE
#                 NOTE is `ok` or one word, then the message; `changed` is never excused
#                 and those of starved.pl
#   samples.csv   see soak.sh
#
# A burst of traffic at full rate is an overload that the run makes itself: pings under way meanwhile, of whichever peer,
# are counted apart.
#
# A fault's window is open from its beginning (and for the pings under way then) until RECOVERED + SETTLE_MS: a peer has
# recovered where QUIET_MS without a lost ping begin. A lost ping belongs to the window of its own peer that it was sent in.
use strict;
use warnings;
use List::Util qw(max min sum0);

use constant {
    UNDER_WAY_MS => 2_000,
    QUIET_MS     => 5_000,
    SETTLE_MS    => 2_000,
    SHOWN        => 12,       # of a list of failures
    GROWTH       => 0.10,
    GROWTH_KIB   => 16 * 1024,
    REKEY_S      => 120,      # REKEY_AFTER_TIME
    EXPIRY_MS    => 180_000,  # REJECT_AFTER_TIME: as long a fault may still be felt
};

# Why the gateway may drop something in a run like this. Anything else is a failure, and so is a drop between two samples
# without its cause near.
my %AFTER_FAULT = (
    unknown_index                => 'sent under a session that a restart has ended',
    expired_session              => 'held back by a blackout until the session was too old',
    replayed                     => 'doubled by the relay',
    handshake_replayed_timestamp => 'an initiation doubled or overtaken in the relay',
    handshake_too_soon           => 'an initiation doubled by the relay',
    send_unreachable             => 'the outer link was down',
    no_endpoint                  => 'the peer was added again and had not called yet',
    no_route                     => 'the prefix was nobody\'s for a moment',
    no_session                   => 'a peer that was away did not answer in time',
    waiting_full                 => 'traffic for a peer that was away',
    wrong_inner_source           => 'on its way while its prefix moved',
    handshake_unknown_peer       => 'the peer was removed for a moment',
);
my %WHEN_BUSY = (
    receive_buffer_full => 'a burst at full rate, or a gateway that waited for a CPU',
    send_buffer_full    => 'a burst at full rate, or a gateway that waited for a CPU',
);

my ($mode, $folder, @logs) = @ARGV;
(defined $folder && $mode =~ /^(progress|judge)$/) or die "verdict.pl progress|judge FOLDER [GATEWAY_LOG...]\n";

my @faults = read_faults();
my (%sums, @lost, %stalls, @starved);
read_pings();
my @traffic = read_traffic();
my @samples = read_samples();
for my $fault (@faults) { close_window($fault) }
my (@outside, @in_bursts);
for my $ping (@lost) {
    my $fault = window_at($ping->{peer}, $ping->{at}, $ping->{at});
    if    ($fault)                { $fault->{lost}++ }
    elsif (burst_at($ping->{at})) { push @in_bursts, $ping }
    else                          { push @outside, $ping }
}
if   ($mode eq 'progress') { progress() }
else                       { exit judge() }

# ---- the files ----

sub lines_of {
    my ($file) = @_;
    open my $in, '<', $file or return;
    chomp(my @lines = <$in>);
    return @lines;
}

sub read_faults {
    my (%by_id, @list);
    for (lines_of("$folder/faults")) {
        my ($word, $id, @rest) = split ' ';
        if ($word eq 'begin') {
            my ($kind, $peers, $at, $bound) = @rest;
            push @list, $by_id{$id} =
              { id => $id, kind => $kind, peers => { map { $_ => 1 } split /,/, $peers }, begin => $at, bound => $bound, lost => 0 };
        }
        elsif ($word eq 'end' && $by_id{$id}) { $by_id{$id}{end} = $rest[0] }
    }
    return @list;
}

sub read_pings {
    for my $file (glob "$folder/pings-*") {
        for (lines_of($file)) {
            my ($word, $name, @rest) = split ' ';
            if ($word eq 'lost') {
                push @lost, { name => $name, peer => $name =~ s/^gw-//r, at => $rest[0], reason => $rest[2] };
            }
            elsif ($word eq 'sum') { $sums{$name} = { map { split /=/ } @rest } }
            elsif ($word eq 'starved') { push @starved, { name => $name, at => $rest[0], waited => $rest[1] } }
            elsif ($word eq 'stall') { $stalls{$file} = max($stalls{$file} // 0, $rest[0]); }
        }
    }
    @lost = sort { $a->{at} <=> $b->{at} } @lost;
}

sub read_traffic {
    return map {
        my ($kind, $peer, $what, $begin, $end, $bytes, $note, $message) = split ' ', $_, 8;
        { kind => $kind, peer => $peer, what => $what, begin => $begin, end => $end, bytes => $bytes, note => $note,
          message => $message // '' };
    } lines_of("$folder/traffic");
}

sub read_samples {
    my ($header, @rows) = lines_of("$folder/samples.csv");
    my @names = split /,/, $header // '';
    return map { my %row; @row{@names} = split /,/, $_, -1; 
        $row{$_} = { map { split /=/ } split /;/, $row{$_} } for qw(drops latest_handshakes);
        \%row } @rows;
}

# handshakes: how many the samples saw, and how many of those that volume alone explains: sooner than time asks for, and
# no fault of that peer near.
sub handshakes {
    my ($all, $by_volume, %latest) = (0, 0);
    for my $sample (@samples) {
        my $now = $sample->{latest_handshakes};
        for my $peer (keys %$now) {
            my $before = $latest{$peer};
            $latest{$peer} = $now->{$peer};
            next if $now->{$peer} == ($before // 0);
            $all++;
            next if !$before || $now->{$peer} - $before >= REKEY_S - 20;
            $by_volume++ unless window_at($peer, map { $_ * 1000 } $before, $now->{$peer});
        }
    }
    return ($all, $by_volume);
}

# ---- windows ----

sub close_window {
    my ($fault) = @_;
    defined $fault->{end} or return;
    my $recovered = $fault->{end};
    for my $ping (@lost) {
        next if !$fault->{peers}{ $ping->{peer} } || $ping->{at} < $recovered;
        last if $ping->{at} > $recovered + QUIET_MS;
        $recovered = $ping->{at} + 1;
    }
    $fault->{took} = ($recovered - $fault->{end}) / 1000;
    $fault->{close} = $recovered + SETTLE_MS;
}

# window_at PEER FROM TO: a fault of the peer whose window has a part in it.
sub window_at {
    my ($peer, $from, $to) = @_;
    for my $fault (@faults) {
        next unless $fault->{peers}{$peer};
        return $fault if $to >= $fault->{begin} - UNDER_WAY_MS && (!defined $fault->{close} || $from <= $fault->{close});
    }
    return;
}

sub burst_at {
    my ($at) = @_;
    return grep { $_->{what} =~ /^burst/ && $_->{begin} - UNDER_WAY_MS <= $at && $at <= $_->{end} + SETTLE_MS } @traffic;
}

# ---- what is printed ----

sub total { my ($field) = @_; return sum0(map { $_->{$field} // 0 } values %sums) }

sub progress {
    my $last = $samples[-1] // {};
    printf "pings %d, lost %d in windows, %d in bursts and %d outside; faults %d; %.1f GB carried; handshakes %d; RSS %.1f MiB, %s descriptors, %s threads\n",
      total('sent'), @lost - @outside - @in_bursts, scalar @in_bursts, scalar @outside, scalar @faults, sum0(map { $_->{bytes} } @traffic) / 1e9,
      (handshakes())[0], ($last->{rss_kib} // 0) / 1024, $last->{descriptors} // '?', $last->{threads} // '?';
}

my $failures;

sub line {
    my ($ok, $what, $text) = @_;
    $failures++ unless $ok;
    printf "%-4s  %-18s %s\n", $ok ? 'ok' : 'FAIL', $what, $text;
}

sub detail { print "      $_\n" for @_ }

sub judge {
    $failures = 0;
    judge_pings();
    judge_faults();
    judge_traffic();
    judge_gateway();
    judge_drops();
    judge_logs();
    print $failures ? "soak: FAILED ($failures)\n" : "soak: passed\n";
    return $failures ? 1 : 0;
}

sub judge_pings {
    my $undecided = total('sent') - total('answered') - total('lost');
    line(!@outside && total('sent') > 0, 'pings',
        sprintf '%d sent, %d lost in windows, %d in bursts, %d outside, %d late, %d answered twice',
        total('sent'), @lost - @outside - @in_bursts, scalar @in_bursts, scalar @outside, total('late'), total('twice'));
    detail(map { sprintf '%s at %d ms: %s; %s', @$_{qw(name at reason)}, nearest($_) } @outside[0 .. min(SHOWN, scalar @outside) - 1]);
    for my $name (sort keys %sums) {
        my $sum = $sums{$name};
        detail(sprintf '%-10s %6d sent %6d answered %5d lost, slowest %d ms', $name, @$sum{qw(sent answered lost rtt_max_ms)});
    }
    line($undecided == 0, 'every ping decided', "$undecided open") if $undecided;
    my @hard = grep { $_->{waited} >= 500 } @starved;
    detail(sprintf 'the machine let a gateway wait for a CPU for half a second or more %d times, up to %d ms a second', scalar @hard,
        max(map { $_->{waited} } @hard)) if @hard;
    detail(sprintf 'the pingers themselves stood still for up to %d ms', max(values %stalls)) if %stalls;
}

# nearest PING: what else happened at that time, for whoever has to find out.
sub nearest {
    my ($ping) = @_;
    my @beside = map { "$_->{kind} $_->{peer} $_->{what}" } grep { $_->{begin} - 1000 <= $ping->{at} && $ping->{at} <= $_->{end} + 1000 } @traffic;
    my ($before) = grep { $_->{begin} <= $ping->{at} } reverse @faults;
    push @beside, map { "$_->{name} waited $_->{waited} ms for a CPU" } grep { abs($_->{at} - $ping->{at}) <= 3000 } @starved;
    return join ', ', ($before ? sprintf 'fault %d %s began %.1f s before', $before->{id}, $before->{kind}, ($ping->{at} - $before->{begin}) / 1000 : ()), @beside;
}

sub judge_faults {
    my %kinds;
    push @{ $kinds{ $_->{kind} } }, $_ for @faults;
    my @late = grep { !defined $_->{took} || $_->{took} > $_->{bound} } @faults;
    line(!@late && @faults > 0, 'recoveries', sprintf '%d faults, %d not recovered within their bound', scalar @faults, scalar @late);
    for my $kind (sort keys %kinds) {
        my @of = @{ $kinds{$kind} };
        detail(sprintf '%-16s %3d times, %5d pings lost, slowest recovery %.1f s of %d', $kind, scalar @of, sum0(map { $_->{lost} } @of),
            max(map { $_->{took} // 0 } @of), $of[0]{bound});
    }
    detail(map { sprintf 'fault %d %s %s: recovered after %s s', $_->{id}, $_->{kind}, join(',', sort keys %{ $_->{peers} }), $_->{took} // '?' } @late);
}

sub judge_traffic {
    my @bad = grep { $_->{note} eq 'changed' || ($_->{note} ne 'ok' && !window_at($_->{peer}, $_->{begin}, $_->{end})) } @traffic;
    my $cut = grep { $_->{note} ne 'ok' } @traffic;
    my @content = grep { $_->{kind} eq 'content' && $_->{note} eq 'ok' } @traffic;
    line(!@bad && @content > 0, 'traffic', sprintf '%.2f GB in %d runs, %d of them cut by faults; %d checked transfers, %d wrong or broken outside',
        sum0(map { $_->{bytes} } @traffic) / 1e9, scalar @traffic, $cut - @bad, scalar @content, scalar @bad);
    detail(map { "$_->{kind} $_->{peer} $_->{what} at $_->{begin} ms: $_->{note} $_->{message}" } @bad[0 .. min(SHOWN, scalar @bad) - 1]);
}

sub median {
    my @sorted = sort { $a <=> $b } @_;
    return $sorted[int(@sorted / 2)] if @sorted % 2;
    return ($sorted[@sorted / 2 - 1] + $sorted[@sorted / 2]) / 2;
}

sub judge_gateway {
    my @warm = grep { $_->{warm} } @samples;
    if (@warm < 4) { line(0, 'samples', @warm . ' after the warm-up are too few'); return }
    my $quarter = max(1, int(@warm / 4));
    my @first = @warm[0 .. $quarter - 1];
    my @last = @warm[-$quarter .. -1];
    my ($was, $is) = map { median(map { $_->{rss_kib} } @$_) } \@first, \@last;
    my $growth = $is - $was;
    line($growth <= GROWTH * $was && $growth <= GROWTH_KIB, 'memory',
        sprintf '%.1f MiB in the first quarter, %.1f in the last (%+.1f %%), at most %.1f', $was / 1024, $is / 1024, 100 * $growth / $was,
        max(map { $_->{rss_kib} } @samples) / 1024);
    for my $what (qw(descriptors threads)) {
        my ($before, $after) = map { median(map { $_->{$what} } @$_) } \@first, \@last;
        line($before == $after && $samples[-1]{$what} == $after, $what,
            sprintf '%d in the first quarter, %d in the last, %d at the end, at most %d', $before, $after, $samples[-1]{$what},
            max(map { $_->{$what} } @samples));
    }
    my $end = $samples[-1];
    line($end->{worker_faults} == 0, 'worker faults', $end->{worker_faults});
    line($end->{online} == $end->{peers}, 'peers', "$end->{online} of $end->{peers} online at the end");
    my $expected = $end->{peers} * int(($end->{elapsed_s} - 30) / (REKEY_S + 30));
    my ($all, $by_volume) = handshakes();
    my $volume = $end->{elapsed_s} >= 2 * REKEY_S ? 1 : 0; # a short run may end before the traffic has been everywhere
    line($all >= $expected && $by_volume >= $volume, 'handshakes', "$all seen, at least $expected by time; $by_volume by volume, at least $volume");
}

sub judge_drops {
    my $drops = $samples[-1]{drops};
    my @bad;
    for my $reason (sort keys %$drops) {
        my $cause = $AFTER_FAULT{$reason} ? \&fault_between : $WHEN_BUSY{$reason} ? \&busy_between : sub { 0 };
        push @bad, map { "$reason: $_->[2] from second $_->[0] to $_->[1] without a cause" }
          grep { !$cause->(map { $_ * 1000 } @$_[3, 4]) } rises($reason);
    }
    line(!@bad, 'drops', sum0(values %$drops) . ' packets, ' . (@bad ? 'not all explained' : 'each for a reason with its cause near'));
    detail(map { sprintf '%-20s %8d  %s', $_, $drops->{$_}, $AFTER_FAULT{$_} // $WHEN_BUSY{$_} // 'NOT EXPECTED' } sort keys %$drops);
    detail(@bad[0 .. min(SHOWN, scalar @bad) - 1]);
}

# rises REASON: [elapsed before, elapsed, packets, epoch before, epoch] of each sample that counts more than the one before.
sub rises {
    my ($reason) = @_;
    my @rises;
    my $before = { elapsed_s => 0, epoch_s => $samples[0]{epoch_s} - $samples[0]{elapsed_s}, drops => {} };
    for my $sample (@samples) {
        my $more = ($sample->{drops}{$reason} // 0) - ($before->{drops}{$reason} // 0);
        push @rises, [$before->{elapsed_s}, $sample->{elapsed_s}, $more, $before->{epoch_s}, $sample->{epoch_s}] if $more > 0;
        $before = $sample;
    }
    return @rises;
}

sub fault_between {
    my ($from, $to) = @_;
    return grep { $to >= $_->{begin} - UNDER_WAY_MS && $from <= ($_->{close} // $to) + EXPIRY_MS } @faults;
}

sub busy_between {
    my ($from, $to) = @_;
    return (grep { $_->{what} =~ /^burst/ && $to >= $_->{begin} - 1000 && $from <= $_->{end} + 1000 } @traffic)
      || grep { $_->{name} eq 'gw' && $from - 1000 <= $_->{at} && $_->{at} <= $to + 1000 } @starved;
}

sub judge_logs {
    my @thrown = map { my $log = $_; map { substr $_, 0, 200 } grep { /Exception|Error:|^\s+at / } lines_of($log) } @logs;
    line(!@thrown, 'log', @thrown . ' lines of exceptions');
    detail(@thrown[0 .. min(SHOWN, scalar @thrown) - 1]);
}
