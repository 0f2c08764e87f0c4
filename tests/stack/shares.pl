#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# For shares.sh: what each domain got between two moments, three times over.
#
#   shares.pl CPUS BEFORE AFTER NAME=LOG=PERCENT=TOLERANCE...
#
# BEFORE and AFTER hold the answers of sched.stats and domain.list; LOG is the console of a
# guest "count".  PERCENT is expected, of one CPU, give or take TOLERANCE: of the
# hypervisor's running_ns in its own time; of getdomaininfo's cpu_time and of the steps that
# the guest counted (give or take twice that) as a part of those of all domains together,
# which must have all CPUs: a list of domains has no time of its own, and emulated CPUs share
# one clock, so a step takes longer when more of them are busy.  The emulator runs the CPUs one
# after the other and does not give each the same part of that clock: with two a point and a
# seventh more is allowed for the steps, with more they are only printed.
use strict;
use warnings;

my ($cpus, $before, $after, @wanted) = @ARGV;

sub read_state {
	open(my $f, '<', shift) or die "$!";
	local $/;
	my $text = <$f>;
	my %s = (now => $text =~ /"now_ns":(\d+)/ ? $1 : die "no clock");
	$s{run}{$1} = $2 while $text =~ /"name":"([^"]*)"[^{}]*?"running_ns":(\d+)/g;
	$s{cpu}{$1} = $2 while $text =~ /"name":"([^"]*)"[^{}]*?(?:\{[^{}]*\}[^{}]*?)?"cpu_time_ns":(\d+)/g;
	return \%s;
}

# Steps done at a moment, between two lines of the log.
sub steps_at {
	my ($lines, $t) = @_;
	my $last;
	for my $l (@$lines) {
		if ($l->[0] >= $t) {
			return $l->[1] unless $last && $l->[0] > $last->[0];
			return $last->[1] +
			    ($l->[1] - $last->[1]) * ($t - $last->[0]) / ($l->[0] - $last->[0]);
		}
		$last = $l;
	}
	die "a guest's counts end before $t\n";
}

sub read_log {
	open(my $f, '<', shift) or die "$!";
	my @lines;
	while (my $line = <$f>) {
		push @lines, [$1, $2] if $line =~ /count (\d+) (\d+)\s/;
	}
	return \@lines;
}

my ($from, $to) = (read_state($before), read_state($after));
my $ns = $to->{now} - $from->{now};
my ($all, $all_cpu, $bad) = (0, 0, 0);
my %steps;
for my $w (@wanted) {
	my ($name, $log) = split /=/, $w;
	my $lines = read_log($log);
	$steps{$name} = steps_at($lines, $to->{now}) - steps_at($lines, $from->{now});
	$all += $steps{$name};
	$all_cpu += $to->{cpu}{$name} - $from->{cpu}{$name};
}
for my $w (@wanted) {
	my ($name, undef, $percent, $tolerance) = split /=/, $w;
	my $run = 100 * ($to->{run}{$name} - $from->{run}{$name}) / $ns;
	my $cpu = 100 * $cpus * ($to->{cpu}{$name} - $from->{cpu}{$name}) / $all_cpu;
	my $counted = 100 * $cpus * $steps{$name} / $all;
	my $slack = $cpus == 1 ? 0 : 1 + $percent / 7;
	my $off = abs($run - $percent) > $tolerance || abs($cpu - $percent) > $tolerance ||
	    ($cpus <= 2 && abs($counted - $percent) > 2 * $tolerance + $slack);
	printf "%s %.2f %%: ran %.2f, cpu_time %.2f, counted %.2f%s; ", $name, $percent, $run, $cpu,
	    $counted, $off ? " (OFF)" : "";
	$bad ||= $off;
}
printf "in %.3f s\n", $ns / 1e9;
exit $bad;
