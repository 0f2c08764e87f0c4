#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# consumers.pl RULE <OUTPUT: how programs in the field read what xl prints, as far as
# the public sources tell.  Prints what such a program would know; where it would stop with an
# error, says so and exits 1.
use strict;
use warnings;
use JSON::PP;

# Python splits at Unicode's white space, too.
binmode STDIN, ':encoding(UTF-8)';
binmode STDOUT, ':encoding(UTF-8)';
my ($rule) = @ARGV;
my @lines = <STDIN>;
chomp @lines;

sub stop { print "$rule: @_\n"; exit 1 }

# Ganeti, hv_xen: six words in each line but the first, or the whole node counts as broken; a
# state that it does not know does the same.
sub ganeti_list {
	my @known;
	stop('no header') unless @lines;
	for my $line (@lines[1 .. $#lines]) {
		my @words = split ' ', $line;
		stop("not six words: '$line'") unless @words == 6;
		my ($name, $id, $memory, $vcpus, $state, $time) = @words;
		for ($id, $memory, $vcpus) { stop("no number: '$_' in '$line'") unless /^-?[0-9]+$/ }
		stop("no time: '$time' in '$line'") unless $time =~ /^[0-9]+\.[0-9]+$/;
		my $what = ganeti_state($state);
		push @known, "$name $id $memory $vcpus $what" unless $what eq 'crashed';
	}
	return @known;
}

sub ganeti_state {
	(my $state = $_[0]) =~ tr/p/-/;
	return 'crashed' if $state =~ /c/;
	return 'shutdown' if $state =~ /^---s-[-d]$/;
	return 'running' if $state =~ /^(r--|rb-|-b-|---)(---|ss-|sr-)$/ || $state eq '-----d';
	stop("unknown state '$_[0]'");
}

# The values of "KEY   : VALUE" that Ganeti needs; it divides by two of them.
sub ganeti_info {
	my %info = map { /^(\w+)\s*:\s*(.*)$/ ? ($1, $2) : () } @lines;
	for (qw(total_memory free_memory nr_cpus nr_nodes cores_per_socket threads_per_core
		xen_major xen_minor)) {
		stop("no number in $_") unless defined $info{$_} && $info{$_} =~ /^[0-9]+$/;
	}
	my $threads = $info{cores_per_socket} * $info{threads_per_core};
	stop('no threads in a socket') unless $threads;
	my $sockets = int($info{nr_cpus} / $threads);
	stop('no sockets') unless $sockets;
	return "$info{nr_cpus} cpus in $sockets sockets, $info{total_memory} MiB";
}

# The init script xendomains: greps and seds over the indented JSON of `xl list -l'.
sub xendomains {
	my ($open, $id, @known) = (0);
	for (@lines) {
		if (/^    \{$/) { $open++; undef $id }
		if (/^        "domid":/) {
			(my $text = $_) =~ s/^.*"domid": (.*),$/$1/;
			stop("no domid: '$_'") unless $text =~ /^[0-9]+$/;
			$id = $text;
			$open-- unless $id;
		}
		# Domain 0, which it leaves alone, has its name in the last line of c_info.
		if (/"name":/ && ($id // 1)) {
			(my $name = $_) =~ s/^.*"name": "(.*)",$/$1/;
			stop("no name: '$_'") if $name =~ /"name":/;
			stop("the name '$name' stands before its domid") unless defined $id;
			push @known, "$name $id";
		}
	}
	stop("$open domains, but " . @known . ' names') unless $open == @known;
	return @known;
}

# OpenNebula: members of each domain's configuration.
sub opennebula {
	my $domains = eval { JSON::PP->new->decode(join "\n", @lines) };
	stop("no JSON: $@") unless ref $domains eq 'ARRAY';
	my @known;
	for my $domain (@$domains) {
		my $config = $domain->{config};
		my $name = $config->{c_info}{name};
		stop('no name') unless defined $name && length $name;
		next if $name eq 'Domain-0';
		my ($vcpus, $memory) = map { $config->{b_info}{$_} } qw(max_vcpus max_memkb);
		stop("$name: no vCPUs or memory") unless $vcpus && $memory;
		for my $disk (@{ $config->{disks} || [] }) {
			stop("$name: a disk without pdev_path") unless defined $disk->{pdev_path};
		}
		push @known, "$name $vcpus $memory";
	}
	return @known;
}

# OpenNebula's monitor: the second of two blocks of `xentop -b'.
sub xentop {
	my @last = @lines[@lines / 2 .. $#lines];
	my ($header, @known);
	for (@last) {
		s/no limit/no-limit/g;
		if (/^\s*NAME\s+STATE\s/) { $header = 1; next }
		stop("a line before the header: '$_'") unless $header;
		my @words = split ' ';
		stop("only " . @words . " fields: '$_'") if @words < 19;
		for (@words[3, 4, 10, 11]) { stop("no number: '$_'") unless /^[0-9]+(\.[0-9]+)?$/ }
		(my $state = $words[1]) =~ tr/-//d;
		push @known, "$words[0] " . (length $state ? substr $state, -1 : '-');
	}
	stop('no header in the last half') unless $header;
	return @known;
}

# Pacemaker's agent and Facter: the first word of lines that are neither header nor domain 0.
sub pacemaker { return map { (split ' ')[0] } grep { !/Name|Domain-0/ } @lines }
sub facter { return map { /^(\S+)/ ? $1 : stop("no name: '$_'") } grep { !/^(Name|Domain-0)/ } @lines }

sub pacemaker_memory {
	my @memory = map { (split ' ')[2] } grep { /^total_memory/ } @lines;
	stop('no total_memory') unless @memory == 1 && $memory[0] =~ /^[0-9]+$/;
	return $memory[0];
}

sub eve {
	stop("header: '$lines[0]'")
		unless $lines[0] =~ /Name\s+ID\s+Mem\s+VCPUs\s+State\s+Time\(s\)/;
	return 'header';
}

# XAPI: the build that runs, and which of its live patches is applied.
sub xapi_build_id {
	stop("build id '@lines'") unless @lines == 1 && $lines[0] =~ /^[0-9a-f]{40}$/;
	return $lines[0];
}

sub xapi_livepatch {
	my @applied = map { /^[ ]*lp_([^- ]+)-([^- ]+)-([^- ]+)-([^- ]+).+APPLIED.*$/ ? "$3-$4" : () } @lines;
	stop('none') unless @applied;
	return @applied;
}

# Nessus: a version and a changeset, to look up.
sub nessus {
	my %info = map { /^(\w+)\s*: (.*)$/ ? ($1, $2) : () } @lines;
	my $version = join '.', map { $info{$_} // '' } qw(xen_major xen_minor);
	stop("version '$version'") unless $version =~ /^[0-9]+\.[0-9]+$/;
	for (qw(xen_version xen_extra xen_changeset)) { stop("no $_") unless defined $info{$_} }
	stop("'$info{xen_version}' does not begin with '$version$info{xen_extra}'")
		unless index($info{xen_version}, "$version$info{xen_extra}") == 0;
	return $info{xen_version};
}

# Scripts about pausing: the fifth word of the last line.
sub paused {
	my $state = (split ' ', $lines[-1])[4] // stop('no fifth word');
	return substr($state, 2, 1) eq 'p' ? 'paused' : 'not paused';
}

my %rules = (
	'ganeti-list' => \&ganeti_list, 'ganeti-info' => \&ganeti_info, xendomains => \&xendomains,
	opennebula => \&opennebula, xentop => \&xentop, pacemaker => \&pacemaker,
	'pacemaker-memory' => \&pacemaker_memory, facter => \&facter, eve => \&eve,
	'xapi-build-id' => \&xapi_build_id, 'xapi-livepatch' => \&xapi_livepatch,
	nessus => \&nessus, paused => \&paused,
);
stop('no such rule') unless $rules{$rule};
print "$_\n" for $rules{$rule}->();
