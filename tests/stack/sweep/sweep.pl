#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# For sweep.sh: each method that changes something, with nacred killed at each system call
# that it makes for it, and started again.  Then: nacred and the hypervisor agree, the change
# is there as a whole or not at all, nothing is left over, no other domain noticed.
#
#   sweep.pl DIRECTORY INSTANCE-SOCKET GUEST WORK STRIDE [CASE...]
#
# DIRECTORY is the run directory of the nacred under test, INSTANCE-SOCKET that of the
# instance's own nacred: an independent look at the same hypervisor.  GUEST is a kernel, WORK has payloads and an index of advisories.  Of
# every STRIDE calls one is tried, each time another one first.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cases;
use Daemon;
use Stored;

my ($dir, $truth, $guest, $work, $stride, @only) = @ARGV;
my $bad = 0;

Daemon::listen_in($dir);
Daemon::start();
Stored::init($dir, $guest, $work);
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
	my ($case, $first, $step) = @_;
	my $kills = 0;
	my $try = $case->{word} ? \&child_and_judge : \&kill_and_judge;
	for (my $nth = $first;; $nth += $step) {
		my ($killed, $problem) = eval { $try->($case, $nth) };
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
	$case->{after}->() if $case->{after};
	Cases::name_back();
	print "PASS sweep.$case->{name} (killed at $kills system calls)\n";
}

# The child is killed, the daemon goes on: its answer says so, and what it says is true.
sub child_and_judge {
	my ($case, $nth) = @_;
	$case->{before}->();
	my ($killed, $answer) = Daemon::kill_child_at($nth, $case->{word}, $case->{method}, $case->{params}->());
	my $error = $answer->{error};
	my $problem = Cases::judge($case, 'killed');
	$problem //= 'it says that it is done' if !$error && !$case->{done}->();
	$problem //= 'it says that it is not done, but it is' if $error && $case->{done}->();
	$problem //= "the error is $error->{data}{code}: $error->{message}"
	    if $error && $error->{data}{code} !~ $case->{code};
	$problem //= "the message is no reason: $error->{message}"
	    if $error && $error->{message} !~ /ended|killed|signal/;
	return ($killed, $problem);
}

# With no byte left on the file system of all that nacred keeps the call fails or is carried
# out; with room again, and after a start, it is as whole.
my $refused = 0;

sub full_and_judge {
	my $case = shift;
	$case->{before}->();
	Daemon::fill("$work/small/fill");
	my $answer = eval { Daemon::ask(Daemon::talk(), $case->{method}, $case->{params}->()) };
	my $why = $@;
	unlink "$work/small/fill";
	return "nacred ended, or does not answer: $why" unless $answer;
	my $e = $answer->{error};
	$refused++ if $e;
	return "the reason is $e->{data}{code}: $e->{message}" if $e && $e->{message} !~ /No space left|is full/;
	my $problem = Cases::judge($case, $e ? 'killed' : 'done');
	return $problem // 'nacred ended' if $problem || Daemon::ended();
	Daemon::stop();
	Daemon::start();
	return Cases::judge($case, 'killed');
}

sub fill_up {
	my $case = shift;
	my $problem = eval { full_and_judge($case) } // $@;
	$case->{after}->() if $case->{after};
	Cases::name_back();
	print $problem ? "FAIL sweep.full.$case->{name}: $problem\n" : "PASS sweep.full.$case->{name} ($refused refused so far)\n";
	$bad++ if $problem;
}

# Every method that may change something has a case, or a reason for none.
sub complete {
	my %has = map { $_->{method} => 1 } @_;
	my %may = map { $_->{name} => 1 } grep { $_->{'x-class'} ne 'read' }
	    @{Daemon::call('rpc.discover')->{methods}};
	my @lacking = grep { !$has{$_} && !$Stored::none{$_} } sort keys %may;
	my @stale = grep { !$may{$_} || $has{$_} } sort keys %Stored::none;
	print @lacking || @stale ? "FAIL sweep.complete: no case for: @lacking; no need for: @stale\n"
	    : "PASS sweep.complete\n";
	$bad += @lacking + @stale;
}

my $number = 0;
my @cases = (Cases::all(), Stored::all());
complete(@cases);
for my $case (@cases) {
	next if @only && !grep { $_ eq $case->{name} } @only;
	sweep($case, 1 + $number++ % $stride, $stride);
}
# A child does more of what cannot matter: it starts, and reads files.
for my $case (Stored::children()) {
	next if @only && !grep { $_ eq $case->{name} } @only;
	sweep($case, 1, $stride == 1 ? 1 : 8 * $stride);
}
for my $case (-d "$work/small" ? @cases : ()) {
	fill_up($case) if !@only || grep { $_ eq "full.$case->{name}" || $_ eq 'full' } @only;
}
if (-d "$work/small" && !@only && $refused < 10) {
	print "FAIL sweep.full: a full disk refused $refused of the calls only\n";
	$bad++;
}
if (my $problem = Cases::bystander()) {
	print "FAIL sweep.bystander: $problem\n";
	$bad++;
} else {
	print "PASS sweep.bystander\n";
}
Daemon::stop();
exit($bad > 0);
