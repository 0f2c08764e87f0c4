#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# For sweep.sh: each method that changes something, with nacred killed at each system call
# that it makes for it, and started again.  Then: nacred and the hypervisor agree, the change
# is there as a whole or not at all, nothing is left over, no other domain noticed.
#
#   sweep.pl DIRECTORY INSTANCE-SOCKET GUEST STRIDE [CASE...]
#
# DIRECTORY is the run directory of the nacred under test, INSTANCE-SOCKET that of the
# instance's own nacred: an independent look at the same hypervisor.  GUEST is a kernel.  Of
# every STRIDE calls one is tried, each time another one first.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cases;
use Daemon;

my ($dir, $truth, $guest, $stride, @only) = @ARGV;
my $bad = 0;

Daemon::listen_in($dir);
Daemon::start();
Cases::prepare(dir => $dir, truth => $truth, guest => $guest);

sub kill_and_judge {
	my ($case, $nth) = @_;
	$case->{before}->() if $case->{before};
	my $outcome = Daemon::kill_at($nth, $case->{method}, $case->{params}->());
	if (ref $outcome) {
		die "$case->{method}: $outcome->{error}{message}\n" if $outcome->{error};
		return (0, Cases::judge($case, 'done'));
	}
	Daemon::start();
	return (1, Cases::judge($case, 'killed'));
}

sub sweep {
	my ($case, $first) = @_;
	my $kills = 0;
	for (my $nth = $first;; $nth += $stride) {
		my ($killed, $problem) = eval { kill_and_judge($case, $nth) };
		$problem = $@ if $@;
		if ($problem) {
			chomp $problem;
			print "FAIL sweep.$case->{name}: killed at system call $nth: $problem\n";
			$bad++;
			return;
		}
		last unless $killed;
		$kills++;
	}
	Cases::name_back();
	print "PASS sweep.$case->{name} (killed at $kills system calls)\n";
}

my $number = 0;
for my $case (Cases::all()) {
	next if @only && !grep { $_ eq $case->{name} } @only;
	sweep($case, 1 + $number++ % $stride);
}
if (my $problem = Cases::bystander()) {
	print "FAIL sweep.bystander: $problem\n";
	$bad++;
} else {
	print "PASS sweep.bystander\n";
}
Daemon::stop();
exit($bad > 0);
